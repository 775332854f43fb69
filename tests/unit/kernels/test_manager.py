"""What is sent to a kernel does not hide what comes from it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import zmq
import zmq.asyncio
from jupyter_client.session import Session

from vaas.kernels.manager import ClientChannel


async def test_a_reply_that_comes_while_something_is_sent_is_heard(tmp_path: Path) -> None:
    address, session = f"ipc://{tmp_path}/kernel", Session(key=b"")
    with (
        # As a kernel would: in its own time, whatever our loop does.
        zmq.Context() as outside,
        outside.socket(zmq.ROUTER) as kernel,
        zmq.asyncio.Context() as context,
        context.socket(zmq.DEALER) as socket,
    ):
        kernel.bind(address)
        socket.connect(address)
        channel = ClientChannel(socket, session)
        channel.send(session.msg("question"))
        who, *asked = kernel.recv_multipart()
        waiting = asyncio.create_task(channel.get_msg())
        await asyncio.sleep(0)
        kernel.send_multipart([who, *asked])
        for _ in range(50):
            channel.send(session.msg("update"))
            kernel.recv_multipart()
        reply = await asyncio.wait_for(waiting, 5)
        assert reply["msg_type"] == "question"
