"""The two ways in which a kernel's process begins."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaas.kernels.base import KernelRequest
from vaas.kernels.environment import (
    ENTRY,
    Environment,
    build_world,
    command,
    library,
    notebook_folder,
    variables,
)
from vaas.kernels.manager import PORTS
from vaas.kernels.process import Orders, Process, launch, launch_bare
from vaas.kernels.sandbox import SOCKETS


@dataclass(frozen=True, slots=True)
class Begun:
    """A process that is becoming a kernel.

    Attributes:
        name: the stem of its sockets' names.
        process: itself.
        folder: where its sockets appear, as the server sees it.
        info: content of its connection file.
    """

    name: str
    process: Process
    folder: str
    info: Mapping[str, Any]


def connection_info(stem: str) -> dict[str, Any]:
    """A connection file's content, with a fresh key.

    Args:
        stem: of the sockets' paths as the kernel sees them.
    """
    ports = {f"{name}_port": number for name, number in PORTS.items()}
    key = secrets.token_hex(32)
    return {
        "transport": "ipc",
        "ip": stem,
        **ports,
        "key": key,
        "signature_scheme": "hmac-sha256",
    }


async def begin_sandboxed(
    request: KernelRequest, environment: Environment, orders: Orders, name: str, *, counted: bool
) -> Begun:
    """Start the kernel in bubblewrap.

    Its sockets are on a small file system of its own, which the server reaches
    through the sandbox's root: nothing of it is ever on the host's disk.
    """
    info = connection_info(f"{SOCKETS}/{name}")
    world = build_world(request, environment, json.dumps(info).encode(), counted=counted)
    process = await launch(world, orders)
    return Begun(name, process, f"/proc/{process.first}/root{SOCKETS}", info)


async def begin_bare(
    request: KernelRequest, environment: Environment, orders: Orders, folder: Path
) -> Begun:
    """Start the kernel without any protection, for one's own files."""
    info = connection_info(str(folder / "s"))
    scratch, connection = folder / "scratch", folder / "connection.json"
    await asyncio.to_thread(_furnish, scratch, connection, json.dumps(info))
    place = library()
    argv = command(
        environment, str(connection), str(ENTRY), str(place.parent) if place else str(folder)
    )
    own = {"HOME": str(Path.home()), "TMPDIR": str(scratch), "VAAS_SCRATCH": str(scratch)}
    env = {**variables(environment, request.environment), **own}
    start = notebook_folder(request.ref.notebook, str(request.workspace.path))
    process = launch_bare(argv, orders, start, env)
    return Begun("s", process, str(folder), info)


def _furnish(scratch: Path, connection: Path, text: str) -> None:
    scratch.mkdir(parents=True, mode=0o700)
    connection.touch(mode=0o600)
    connection.write_text(text)


__all__ = ["Begun", "begin_bare", "begin_sandboxed", "connection_info"]
