from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.readers import FaultyReader, a_share
from vaas.errors import ShareChanged, ShareTooLarge, ShareUnknown
from vaas.model import Entry
from vaas.storage.limits import CopyLimits
from vaas.storage.listing import Item, Lister


async def listed(reader: FaultyReader, limits: CopyLimits | None = None):
    return await Lister(a_share(), reader, limits or CopyLimits()).run()


async def test_what_is_kept_and_what_is_not() -> None:
    reader = FaultyReader(
        {
            "index.ipynb": b"{}",
            "data/a.csv": b"12",
            "data/new\nline/b.csv": b"3",
            ".git/config": b"x",
            "data/.DS_Store": b"x",
        }
    )
    reader.extra = [
        Entry("../evil", is_folder=False, size=1),
        Entry("/etc/passwd", is_folder=False, size=1),
        Entry("..", is_folder=True),
        Entry("index.ipynb", is_folder=True),
    ]
    plan = await listed(reader)
    odd = next(name for name in plan.folders if "~" in name)
    assert [item.local for item in plan.items] == ["data/a.csv", f"{odd}/b.csv", "index.ipynb"]
    assert plan.names == {odd: "data/new\nline", f"{odd}/b.csv": "data/new\nline/b.csv"}
    assert plan.size == 5
    assert ".git" not in reader.lists


@pytest.mark.parametrize(
    ("limits", "files"),
    [
        (CopyLimits(size=9), {"a": b"12345", "b": b"12345"}),
        (CopyLimits(file_size=4), {"a": b"12345"}),
        (CopyLimits(files=1), {"a": b"", "d/b": b""}),
        (CopyLimits(folders=1), {"c/a": b"", "d/a": b""}),
        (CopyLimits(depth=2), {"1/2/3/a": b""}),
    ],
)
async def test_limits(limits: CopyLimits, files: dict[str, bytes]) -> None:
    with pytest.raises(ShareTooLarge):
        await listed(FaultyReader(files), limits)
    assert await listed(FaultyReader({"1/2/a": b"123"}), CopyLimits(3, 3, 1, 2, 2))


async def test_a_folder_that_holds_itself_ends_at_the_depth() -> None:
    class Endless(FaultyReader):
        async def list(self, _share, folder):
            self.lists.append(folder)
            return [Entry(f"{folder}/x".lstrip("/"), is_folder=True)]

    reader = Endless({})
    with pytest.raises(ShareTooLarge):
        await listed(reader)
    assert len(reader.lists) == CopyLimits().depth + 1


async def test_a_folder_that_goes_while_listing_is_a_change_but_a_missing_root_is_not() -> None:
    def vanish(folder: str) -> None:
        if folder == gone:
            raise ShareUnknown

    reader = FaultyReader({"d/a": b""})
    reader.on_list = vanish
    gone = "d"
    with pytest.raises(ShareChanged):
        await listed(reader)
    gone = ""
    with pytest.raises(ShareUnknown):
        await listed(reader)


def test_a_digest_speaks_for_path_tag_and_size() -> None:
    base = Entry("a", is_folder=False, size=1, tag="t", modified="m")
    others = [
        Entry("b", is_folder=False, size=1, tag="t"),
        Entry("a", is_folder=False, size=2, tag="t"),
        Entry("a", is_folder=False, size=1, tag="u"),
        Entry("a", is_folder=False, size=1, modified="t"),
    ]
    digests = {Item(entry, "x").digest for entry in [base, *others]}
    assert len(digests) == 5
    assert Item(Entry("a", is_folder=False, size=1, tag="t"), "y").digest in digests
    assert not Item(Entry("a", is_folder=False), "a").known


paths = st.lists(st.text(st.sampled_from("ab./\\\n\0:C é\u0301"), max_size=6), max_size=12)


@given(paths, st.booleans())
def test_whatever_a_server_lists_stays_inside_and_apart(paths: list[str], is_folder: bool) -> None:
    class Hostile(FaultyReader):
        async def list(self, _share, folder):
            return [] if folder else [Entry(path, is_folder, -5) for path in paths]

    plan = asyncio.run(listed(Hostile({})))
    found = plan.folders + [item.local for item in plan.items]
    assert len(set(found)) == len(found)
    assert plan.size == 0
    for local in found:
        assert "/" not in local
        assert local not in {"", ".", ".."}
