"""The whole service for the tests of this folder that need it: see ``tests.service``."""

from tests.service.conftest import stage, viewer

__all__ = ["stage", "viewer"]
