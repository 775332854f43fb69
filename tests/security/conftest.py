"""What tests of this folder share with others: the whole service, clouds of the mesh."""

from tests.contracts.meshed import evil, old, roots, strict
from tests.service.conftest import stage, viewer

__all__ = ["evil", "old", "roots", "stage", "strict", "viewer"]
