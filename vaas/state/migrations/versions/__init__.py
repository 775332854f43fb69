"""One module for each step, in order."""

__all__: list[str] = []
