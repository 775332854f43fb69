"""What the kernel host tells a server that is dead and has not left yet."""

import asyncio
import logging
import socket

from vaas.kernels import Terms
from vaas.kernels.apart.keeper import Keeper
from vaas.kernels.apart.talk import Talk
from vaas.kernels.apart.visit import Visit


class Warned(logging.Handler):
    """Hears asyncio warn of a socket that is dead; a host that hears it too says it for ever."""

    def __init__(self):
        super().__init__()
        self.heard = 0

    def emit(self, record):
        """Break the circle."""
        if "socket.send() raised" in record.getMessage():
            self.heard += 1
            raise RuntimeError("a line about a line")


async def test_lines_for_a_dead_server_make_no_more_lines(tmp_path, monkeypatch):
    ours, theirs = socket.socketpair()
    talk = Talk(*await asyncio.open_unix_connection(sock=ours))
    keeper, warned = Keeper(tmp_path, Terms(), "name"), Warned()
    keeper._loop = asyncio.get_running_loop()
    keeper._visits.append(Visit(keeper, talk, 0.0))
    theirs.close()
    monkeypatch.setattr(logging.getLogger("asyncio"), "handlers", [warned, keeper])
    for number in range(20):
        logging.getLogger("asyncio").warning("line %s", number)
        await asyncio.sleep(0)
    talk.close()
    assert warned.heard == 0
    assert keeper._lines[-1]["text"] == "line 19", "the next server hears them"
