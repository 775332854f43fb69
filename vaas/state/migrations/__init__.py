"""How the tables came to be what they are; run by ``Store`` when it opens."""

__all__: list[str] = []
