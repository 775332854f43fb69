"""What must survive a restart: one SQLite file, secrets in it encrypted."""

from vaas.state.store import Store
from vaas.state.vault import Vault

__all__ = ["Store", "Vault"]
