"""Which Python (or other) environment a kernel runs in, and how it is put into the sandbox."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from vaas.errors import KernelStartFailed, LanguageUnknown
from vaas.kernels.base import KernelRequest
from vaas.kernels.sandbox import DATA, HOME, MOUNTED, SCRATCH, SOCKETS, Bind, World
from vaas.model import Workspace

ENTRY = Path(__file__).with_name("entry.py")
GUEST = Path(__file__).with_name("guest")
INSIDE = "/opt/vaas"
"""Where the sandbox shows our own few files."""

SETTINGS = {
    "LANG": "C.UTF-8",
    "HOME": HOME,
    "USER": "viewer",
    "TMPDIR": "/tmp",  # noqa: S108  the sandbox's own
    "VAAS_SCRATCH": SCRATCH,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # One core is what a viewer gets; idle pools of threads only cost memory.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Keeps a process with several threads from taking 64 MiB for each.
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """One kernelspec and the installation that it belongs to.

    Attributes:
        prefix: of the installation.
        spec: jupyter_client's KernelSpec.
    """

    prefix: Path
    spec: Any

    @property
    def is_ipykernel(self) -> bool:
        """Whether our own, lighter start serves."""
        return any(word.startswith("ipykernel") for word in self.spec.argv)

    @property
    def python(self) -> str:
        """The environment's interpreter."""
        first = self.spec.argv[0]
        return first if Path(first).is_absolute() else str(self.prefix / "bin" / "python")


def find_environment(prefix: Path, name: str) -> Environment:
    """The kernel of a name that an installation has.

    Args:
        prefix: of the installation; kernelspecs are below its ``share/jupyter/kernels``.
        name: of the kernelspec; ``python`` is Python's usual one.

    Raises:
        LanguageUnknown: it has none.
    """
    try:
        spec = _specs(prefix).get_kernel_spec("python3" if name == "python" else name)
    except (NoSuchKernel, ValueError):
        raise LanguageUnknown(f"no kernelspec {name!r} below {prefix}") from None
    # Signals do not pass into the sandbox.
    spec.interrupt_mode = "message"
    return Environment(prefix, spec)


def languages(prefix: Path) -> dict[str, str]:
    """The languages of an installation's kernels, by their names."""
    found = _specs(prefix).get_all_specs()
    return {name: str(one["spec"]["language"]).lower() for name, one in found.items()}


def _specs(prefix: Path) -> Any:
    folder = str(prefix / "share" / "jupyter" / "kernels")
    return KernelSpecManager(kernel_dirs=[folder], ensure_native_kernel=False)


def _installation(environment: Environment) -> Iterator[Path]:
    """The folders that the environment's interpreter needs, outside of ``/usr``."""
    yield environment.prefix
    python = Path(environment.python)
    if python.exists():
        # A venv's interpreter is a link, often by way of others.
        yield python.resolve().parent.parent
        if python.is_symlink():
            yield Path(os.path.abspath(python.parent / python.readlink())).parent.parent  # noqa: PTH100  links kept


def library() -> Path | None:
    """Our widget library, which every notebook may import."""
    spec = importlib.util.find_spec("vois")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def system_binds(environment: Environment) -> list[Bind]:
    """What of the host a kernel of this environment is shown, besides ``/usr``."""
    folders = [p for p in dict.fromkeys(_installation(environment)) if not _below_usr(p)]
    binds = [
        Bind(p, str(p)) for p in folders if not any(p.is_relative_to(q) and p != q for q in folders)
    ]
    binds += [Bind(ENTRY, f"{INSIDE}/entry.py"), Bind(GUEST, f"{INSIDE}/guest")]
    if place := library():
        binds.append(Bind(place, f"{INSIDE}/lib/vois"))
    resources = Path(environment.spec.resource_dir)
    if not any(resources.is_relative_to(bind.source) for bind in binds):
        binds.append(Bind(resources, str(resources)))
    return binds


def _below_usr(path: Path) -> bool:
    return path.is_relative_to("/usr") or path == Path("/")


def command(environment: Environment, connection: str, entry: str, lib: str) -> list[str]:
    """The kernel's command line.

    Args:
        environment: what to run.
        connection: path of the connection file, as the kernel sees it.
        entry: path of our own start, as the kernel sees it.
        lib: folder to import our widget library from, as the kernel sees it.
    """
    if environment.is_ipykernel:
        python = [environment.python, "-Xfrozen_modules=on"]
        return [*python, entry, lib, "-f", connection]
    known = {
        "{connection_file}": connection,
        "{resource_dir}": environment.spec.resource_dir,
        "{prefix}": str(environment.prefix),
    }
    argv = list(environment.spec.argv)
    if argv[0] in ("python", "python3"):
        argv[0] = environment.python
    for placeholder, value in known.items():
        argv = [word.replace(placeholder, value) for word in argv]
    return argv


def variables(environment: Environment, wanted: Mapping[str, str]) -> dict[str, str]:
    """All the kernel's environment variables."""
    path = f"{environment.prefix / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, **SETTINGS, **environment.spec.env, **wanted}


def notebook_folder(notebook: str, root: str) -> str:
    """The folder in which the notebook stands, where its kernel starts.

    Raises:
        KernelStartFailed: the path leads out of the share.
    """
    path = PurePosixPath(notebook)
    if path.is_absolute() or ".." in path.parts:
        raise KernelStartFailed("the notebook's path leads out of the share")
    return str(PurePosixPath(root) / path.parent)


def build_world(
    request: KernelRequest, environment: Environment, connection: bytes, *, counted: bool
) -> World:
    """Put together what the kernel will see.

    Args:
        request: what was asked for.
        environment: what to run.
        connection: content of the connection file.
        counted: a cgroup counts its memory.
    """
    inside = f"{SOCKETS}/connection.json"
    data, links = _data(request.workspace)
    return World(
        argv=command(environment, inside, f"{INSIDE}/entry.py", f"{INSIDE}/lib"),
        binds=[*system_binds(environment), data],
        environment=variables(environment, request.environment),
        folder=notebook_folder(request.ref.notebook, DATA),
        limits=request.limits,
        connection=connection,
        data=None if counted else request.limits.memory,
        links=links,
    )


def build_template_world(
    request: KernelRequest, environment: Environment, fds: Sequence[int], *, counted: bool
) -> World:
    """Put together what a template will see.

    Args:
        request: what was asked for.
        environment: what to run.
        fds: the line and the control socket, which the template inherits.
        counted: a cgroup counts its memory.
    """
    world = build_world(request, environment, b"", counted=counted)
    return replace(world, argv=_guest(environment, fds), fds=fds, forking=True)


def build_zygote_world(
    request: KernelRequest, environment: Environment, fds: Sequence[int]
) -> World:
    """Put together what an environment's own process will see: nothing of any share.

    Args:
        request: for its variables and limits; those of its forks can only be lower.
        environment: what to run.
        fds: as for ``build_template_world``.
    """
    return World(
        argv=_guest(environment, fds),
        binds=system_binds(environment),
        environment=variables(environment, request.environment),
        folder="/",
        limits=request.limits,
        connection=b"",
        fds=fds,
        forking=True,
    )


def _guest(environment: Environment, fds: Sequence[int]) -> list[str]:
    """The command line of a process that can be forked."""
    start = f"import sys; sys.path[0] = {INSIDE!r}; from guest.main import main; main()"
    python = [environment.python, "-Xfrozen_modules=on", "-c", start]
    return [*python, *map(str, fds), f"{INSIDE}/lib"]


def share_in(workspace: Workspace) -> dict[str, Any]:
    """How a fork of an environment's own process is shown a share, see ``placer.root``."""
    bind, links = _data(workspace)
    by_name = {place.lstrip("/"): goal for place, goal in links.items()}
    return {"source": str(bind.source), "target": bind.target.lstrip("/"), "links": by_name}


def _data(workspace: Workspace) -> tuple[Bind, dict[str, str]]:
    """How the share is shown: the folder itself or, of a mount, the one around it and a link."""
    path = workspace.path
    if not workspace.mounted:
        return Bind(path, DATA), {}
    return Bind(path.parent, MOUNTED), {DATA: f"{MOUNTED}/{path.name}"}


async def environment_of(request: KernelRequest) -> Environment:
    """What a request's kernel runs in.

    Raises:
        LanguageUnknown: its installation has no such kernel.
    """
    prefix = request.installation.prefix
    return await asyncio.to_thread(find_environment, prefix, request.kernel_name)


__all__ = [
    "ENTRY",
    "Environment",
    "build_template_world",
    "build_world",
    "build_zygote_world",
    "command",
    "environment_of",
    "find_environment",
    "languages",
    "library",
    "notebook_folder",
    "share_in",
    "variables",
]
