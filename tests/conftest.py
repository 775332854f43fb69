"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

DEBIANS = Path("/usr/bin/rclone")

# As where VaaS itself is what imports gRPC first.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")


@pytest.fixture(scope="session", autouse=True)
def debians_rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let Debian's rclone be found, which users have, before the newer one of the test packages."""
    folder = tmp_path_factory.mktemp("first")
    if DEBIANS.exists():
        (folder / "rclone").symlink_to(DEBIANS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield
