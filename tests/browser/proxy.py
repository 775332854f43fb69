"""A line that can be cut: everything between a browser and the service passes here."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Line:
    """Listens on a port of its own and passes bytes on until it is cut.

    Attributes:
        url: address of the service through this line.
        there, back: set as long as it passes on what is asked, and what is answered;
            meanwhile it takes what comes, as a network does that has broken.
    """

    def __init__(self, target: str) -> None:
        self.there, self.back = threading.Event(), threading.Event()
        host, _, port = target.removeprefix("http://").rstrip("/").rpartition(":")
        self._target = (host, int(port))
        self._port = 0
        self._listener: socket.socket | None = None
        self._pairs: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.there.set()
        self.back.set()

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def mend(self) -> None:
        """Listen, on the same port as before."""
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._begin(self._accept, listener)

    def cut(self) -> None:
        """Drop every connection and take no new one."""
        if self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for end in list(self._pairs):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.there.set()
        self.back.set()
        for thread in list(self._threads):
            thread.join(10)
        for end in self._pairs:
            end.close()
        self._pairs, self._threads, self._listener = [], [], None

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._pairs.append(near)
                far = socket.create_connection(self._target)
                self._pairs.append(far)
                self._begin(self._pass_on, near, far, self.there)
                self._begin(self._pass_on, far, near, self.back)

    def _pass_on(self, one: socket.socket, other: socket.socket, passes: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                passes.wait()
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
