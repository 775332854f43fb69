"""What hostile clouds are made of."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.contracts.clouds import Nextcloud35
from tests.contracts.membership import Member
from vaas.demo.http import Answer, Request


class Inside:
    """A server inside the house that nobody may reach; ``reached`` counts who did."""

    def __init__(self) -> None:
        self.reached = 0
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))

    def run(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            self.reached += 1
            line.close()

    def close(self) -> None:
        for one in self._sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.run, args=(one,)) for one in self._sockets]
        for thread in threads:
            thread.start()
        return threads


@contextmanager
def inside() -> Iterator[Inside]:
    found = Inside()
    threads = found.start()
    try:
        yield found
    finally:
        found.close()
        for thread in threads:
            thread.join(5)


class Bent(Nextcloud35):
    """A cloud that is trusted, and lies: in what it says of itself, or by how it answers."""

    lies: dict[str, Any]
    bend: Callable[[Request, Callable[[Request], Answer]], Answer] | None = None

    def discovery(self) -> dict[str, Any]:
        return super().discovery() | getattr(self, "lies", {})

    def answer(self, request: Request) -> Answer:
        return self.bend(request, super().answer) if self.bend else super().answer(request)


def forget(member: Member) -> None:
    """Know nothing of other clouds, as after an hour."""
    member.mesh.peers._profiles.clear()
    member.mesh.peers._keys.clear()
