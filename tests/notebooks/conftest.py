"""Notebooks are opened as viewers open them: see ``tests.service``."""

from tests.service.conftest import stage, viewer

__all__ = ["stage", "viewer"]
