"""Furnishes forks from outside; a program of its own, see ``main``."""

__all__: list[str] = []
