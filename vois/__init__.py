"""vois: dashboards in few lines, for Voilà."""

__all__: list[str] = []
