"""What a server leaves for the next one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vaas.errors import SessionGone
from vaas.left import standing
from vaas.model import Version, Workspace


def test_a_folder_that_only_kernels_may_touch_is_not_looked_at(tmp_path: Path) -> None:
    gone = Workspace(tmp_path / "gone", Version("a", "b"), (), 0, 0)
    with pytest.raises(SessionGone):
        standing(gone)
    assert standing(replace(gone, front=tmp_path)) == (str(tmp_path / "gone"), 0, 0)


def test_another_folder_at_the_same_place_is_told_apart(tmp_path: Path) -> None:
    here = Workspace(tmp_path / "here", Version("a", "b"), (), 0, 0)
    here.path.mkdir()
    before = standing(here)
    here.path.rename(tmp_path / "there")
    here.path.mkdir()
    assert standing(here) != before
