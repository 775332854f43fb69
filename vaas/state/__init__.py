"""What must survive a restart: a database, secrets in it encrypted."""

from vaas.state.place import reachable
from vaas.state.store import Store
from vaas.state.vault import Vault

__all__ = ["Store", "Vault", "reachable"]
