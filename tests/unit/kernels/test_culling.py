from dataclasses import dataclass, field
from typing import Any

import pytest

from vaas.kernels.base import Limits
from vaas.kernels.culling import Culler


@dataclass
class Line:
    """The facts of a channel that a culler looks at."""

    attached: int = 0
    left: float | None = None
    heard: float = 0.0
    quiet: float = 0.0
    busy: bool = False


@dataclass
class Kernel:
    channel: Any
    limits: Limits = field(default_factory=lambda: Limits(idle=100, life=1000))
    started: float = 0.0
    closed: int = 0

    async def close(self):
        self.closed += 1


@pytest.mark.parametrize(
    ("line", "now", "reason"),
    [
        (Line(attached=1), 99, ""),
        (Line(attached=1), 101, "idle"),
        (Line(attached=1, heard=50), 149, ""),
        (Line(attached=1, heard=990), 1001, "life"),
        (Line(left=10), 29, ""),
        (Line(left=10), 31, "left"),
        (Line(left=10, busy=True), 31, "left"),
        (Line(quiet=5), 64, ""),
        (Line(quiet=5), 66, "unwanted"),
        (Line(busy=True), 99, ""),
        (Line(busy=True), 101, "unwanted"),
    ],
)
async def test_who_is_ended(line, now, reason):
    kernel = Kernel(line)
    culler = Culler(lambda: [kernel], lambda: now)
    assert culler.reason(kernel) == reason
    assert await culler.round() == bool(reason)
    assert kernel.closed == bool(reason)
