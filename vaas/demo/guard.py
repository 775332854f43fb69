"""Failed attempts by address, as Nextcloud's brute-force protection counts them."""

from __future__ import annotations

import threading
from collections import Counter

LIMIT = 10


class Guard:
    """Counts failures by address and action; the delays are not imitated."""

    def __init__(self) -> None:
        self._failures: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def failed(self, address: str, action: str) -> None:
        """Another wrong password, missing password or unknown token."""
        with self._lock:
            self._failures[address, action] += 1

    def refuses(self, address: str, action: str) -> bool:
        """Whether the address is locked out of the action."""
        with self._lock:
            return self._failures[address, action] > LIMIT

    def reset(self) -> None:
        """Forget all failures."""
        with self._lock:
            self._failures.clear()
