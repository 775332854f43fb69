"""What travels between a server and its kernel host, as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vaas import __version__
from vaas.kernels.apart.talk import PROTOCOL, Said
from vaas.kernels.base import KernelRequest, Limits
from vaas.kernels.local import SandboxMode
from vaas.model import Installation, KernelRef, Version, Workspace

_KERNELS = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Terms:
    """What a host is started with; those who want other terms have another host.

    Attributes:
        most: kernels at a time.
        templates: at a time.
        mode: how kernels are kept apart.
        grace: seconds that a kernel outlives its page.
        failure_view: what viewers see in place of a traceback.
        zygotes: environments whose libraries are kept imported.
        preload: which libraries, by environments' names; for others the usual.
    """

    most: int = 32
    templates: int = 8
    mode: SandboxMode = "bubblewrap"
    grace: float = 20.0
    failure_view: Mapping[str, Any] | None = field(default=None, hash=False)
    zygotes: int = 0
    preload: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """The same for all that is served alike: terms, and the code that keeps them."""
        files = sorted(_KERNELS.glob("**/*.py"))
        code = [(str(f.relative_to(_KERNELS)), f.stat().st_mtime_ns) for f in files]
        text = json.dumps([PROTOCOL, __version__, code, asdict(self)], sort_keys=True)
        return f"{PROTOCOL}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def installation_told(one: Installation) -> Said:
    """An environment as it travels."""
    return {**asdict(one), "prefix": str(one.prefix)}


def installation_untold(said: Said) -> Installation:
    """The environment that was told of."""
    return Installation(said["name"], said["key"], Path(said["prefix"]))


def request_told(request: KernelRequest) -> Said:
    """A request as it travels; who interrupts its mount stays behind."""
    return {
        "ref": ref_told(request.ref),
        "path": str(request.workspace.path),
        "mounted": request.workspace.mounted,
        "kernel_name": request.kernel_name,
        "installation": installation_told(request.installation),
        "environment": dict(request.environment),
        "limits": asdict(request.limits),
    }


def request_untold(said: Said, interrupt: Callable[[bool], None]) -> KernelRequest:
    """The request that was told of.

    Args:
        said: as ``request_told`` made it.
        interrupt: asks the server to interrupt the workspace's mount.
    """
    ref = ref_untold(said["ref"])
    workspace = Workspace(
        Path(said["path"]),
        ref.version,
        notebooks=(ref.notebook,),
        files=0,
        size=0,
        mounted=said["mounted"],
        interrupt=interrupt,
    )
    limits = Limits(**said["limits"])
    installation = installation_untold(said["installation"])
    name = said["kernel_name"]
    return KernelRequest(ref, workspace, name, installation, said["environment"], limits)


def ref_told(ref: KernelRef) -> Said:
    """A kernel's identity as it travels."""
    return asdict(ref)


def ref_untold(said: Said) -> KernelRef:
    """The identity that was told of."""
    return KernelRef(said["id"], Version(**said["version"]), said["notebook"])


__all__ = [
    "Terms",
    "installation_told",
    "installation_untold",
    "ref_told",
    "ref_untold",
    "request_told",
    "request_untold",
]
