"""The cache on disk: pins, eviction, modes, what a crash leaves."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vaas.errors import DiskFull
from vaas.model import Entry, Version
from vaas.storage.cache import KEPT, STALE, Cache
from vaas.storage.limits import CopyLimits
from vaas.storage.listing import Item, Plan
from vaas.storage.stage import SEAL, lock
from vaas.storage.trees import build_tree, remove_tree

BLOCK = 4096


def a_plan(files: dict[str, bytes], folders: list[str] | None = None) -> Plan:
    items = [
        Item(Entry(path, False, len(content), hashlib.sha256(content).hexdigest()), path)
        for path, content in files.items()
    ]
    return Plan(items=items, folders=folders or [], size=sum(map(len, files.values())))


def add(cache: Cache, version: Version, files: dict[str, bytes], used: float = 0) -> Path:
    """Put a finished version into the cache; gives its folder."""
    stage = cache.stage(version)
    assert stage
    plan = a_plan(files, sorted({str(Path(path).parent) for path in files if "/" in path}))
    survey = stage.survey(plan, cache.older(version))
    stage.put([(item.digest, [files[item.local]]) for item, _ in survey.missing])
    stage.seal(plan)
    cache.publish(stage, version)
    stage.close()
    pin = cache.pin(version)
    assert pin
    pin.close()
    home = pin.workspace.path.parent
    if used:
        os.utime(home / SEAL, (used, used))
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def a_cache(root: Path, blocks: int = 1000) -> Cache:
    return Cache(root, CopyLimits(cache_bytes=blocks * BLOCK, free_bytes=0))


def test_the_longest_unused_goes_first_and_only_as_many_as_needed(root: Path) -> None:
    cache = a_cache(root, 10)
    homes = [
        add(cache, Version("s", str(n)), {f"{n}": b"x" * 3 * BLOCK}, 1000 - n) for n in range(3)
    ]
    cache.make_room(1 * BLOCK)
    assert [home.exists() for home in homes] == [True, True, True]
    cache.make_room(2 * BLOCK)
    assert [home.exists() for home in homes] == [True, True, False]
    cache.make_room(10 * BLOCK)
    assert not any(home.exists() for home in homes)
    assert not list((root / "trash").iterdir())


def test_an_open_version_is_never_evicted(root: Path) -> None:
    cache = a_cache(root, 10)
    versions = [Version("s", str(n)) for n in range(3)]
    homes = [add(cache, v, {v.tag: b"x" * 3 * BLOCK}, 1000 + n) for n, v in enumerate(versions)]
    pins = [cache.pin(versions[0]), cache.pin(versions[0])]
    other = a_cache(root, 10)
    with pytest.raises(DiskFull):
        other.make_room(8 * BLOCK)
    assert [home.exists() for home in homes] == [True, False, False]
    for pin in pins:
        assert homes[0].exists()
        with pytest.raises(DiskFull):
            other.make_room(8 * BLOCK)
        assert pin
        pin.close()
    other.make_room(8 * BLOCK)
    assert not homes[0].exists()


def test_of_a_share_that_changes_often_only_few_versions_stay(root: Path) -> None:
    """Each takes room for its folders, even if all of its files are those of the one before."""
    cache = a_cache(root)
    other = add(cache, Version("other", "1"), {"a": b"x"}, 50)
    homes = [add(cache, Version("s", "0"), {"a": b"x"}, 100)]
    pin = cache.pin(Version("s", "0"))
    assert pin
    os.utime(homes[0] / SEAL, (100, 100))
    homes += [add(cache, Version("s", str(n)), {"a": b"x"}, 100 + n) for n in range(1, 9)]
    assert [home.exists() for home in homes] == [True] + [False] * (8 - KEPT) + [True] * KEPT
    assert other.exists()
    pin.close()
    assert (homes[-1] / "tree" / "a").read_bytes() == b"x"


def test_using_a_version_makes_it_young(root: Path) -> None:
    cache = a_cache(root, 7)
    homes = [add(cache, Version("s", str(n)), {f"{n}": b"x" * 3 * BLOCK}, 1000 + n) for n in (0, 1)]
    pin = cache.pin(Version("s", "0"))
    assert pin
    pin.close()
    cache.make_room(2 * BLOCK)
    assert [home.exists() for home in homes] == [True, False]


def test_a_version_is_young_even_if_its_user_was_killed(root: Path) -> None:
    cache = a_cache(root)
    home = add(cache, Version("s", "1"), {"a": b"x"}, used=1000)
    pin = cache.pin(Version("s", "1"))
    assert pin
    assert time.time() - (home / SEAL).stat().st_mtime < 60
    os.close(pin.fd)


def test_a_file_that_versions_share_counts_once_and_outlives_one_of_them(root: Path) -> None:
    cache = a_cache(root, 10)
    big = b"x" * 6 * BLOCK
    homes = [
        add(cache, Version("s", str(n)), {"big": big, f"{n}": b"x"}, 1000 + n) for n in range(3)
    ]
    assert len({(home / "tree" / "big").stat().st_ino for home in homes}) == 1
    cache.make_room(1 * BLOCK)
    assert all(home.exists() for home in homes)
    cache.make_room(2 * BLOCK)
    assert [home.exists() for home in homes] == [False, True, True]
    assert (homes[1] / "tree" / "big").read_bytes() == big


def test_disk_floor(root: Path) -> None:
    free = shutil.disk_usage(root.parent).free
    cache = Cache(root, CopyLimits(free_bytes=free * 2))
    home = add(cache, Version("s", "1"), {"a": b"x"})
    with pytest.raises(DiskFull):
        cache.make_room(1)
    assert not home.exists()


def test_a_full_disk_takes_unfinished_copies_that_nobody_fills(root: Path) -> None:
    cache = Cache(root, CopyLimits(free_bytes=shutil.disk_usage(root.parent).free * 2))
    idle, busy = (cache.stage(Version("s", tag)) for tag in "12")
    assert idle
    assert busy
    idle.close()
    with pytest.raises(DiskFull):
        cache.make_room(1)
    assert not idle.path.exists()
    assert busy.path.exists()
    busy.close()


def test_only_one_fills_a_stage(root: Path) -> None:
    version = Version("s", "1")
    stage = a_cache(root).stage(version)
    assert stage
    assert a_cache(root).stage(version) is None
    stage.close()
    again = a_cache(root).stage(version)
    assert again
    again.close()


def test_a_lock_on_what_was_moved_away_is_none(root: Path, tmp_path: Path) -> None:
    cache = a_cache(root)
    home = add(cache, Version("s", "1"), {"a": b"x"})
    (tmp_path / "new").write_text("new")
    real = Path.stat

    def replaced(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        return real(tmp_path / "new" if path == home / SEAL else path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "stat", replaced)
        assert lock(home / SEAL, os.O_RDONLY, fcntl.LOCK_SH) is None
    assert lock(home / "none", os.O_RDONLY, fcntl.LOCK_SH) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"disk": 1}', "\xff", "null"])
def test_a_broken_version_is_copied_anew(root: Path, text: str) -> None:
    cache, version = a_cache(root), Version("s", "1")
    home = add(cache, version, {"a": b"x"})
    (home / SEAL).write_bytes(text.encode("latin-1"))
    assert cache.pin(version) is None
    assert not home.exists()
    add(cache, version, {"a": b"x"})


def test_a_version_without_its_tree_is_copied_anew(root: Path) -> None:
    cache, version = a_cache(root), Version("s", "1")
    remove_tree(add(cache, version, {"a": b"x"}) / "tree")
    assert cache.pin(version) is None
    add(cache, version, {"a": b"x"})


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_junk_in_a_versions_place_gives_way(root: Path, kind: str) -> None:
    cache, version = a_cache(root), Version("s", "1")
    home = add(cache, version, {"a": b"x"})
    remove_tree(home)
    if kind == "folder":
        (home / "x").mkdir(parents=True)
    elif kind == "file":
        home.write_text("x")
    else:
        home.symlink_to("/nowhere")
    add(cache, version, {"a": b"x"})
    cache.sweep()


def test_sweep_takes_what_the_dead_left_and_nothing_else(root: Path) -> None:
    cache = a_cache(root)
    kept = add(cache, Version("s", "1"), {"d/a": b"x"})
    old, young, busy = (cache.stage(Version("s", tag)) for tag in ("old", "young", "busy"))
    assert old
    assert young
    assert busy
    long_ago = time.time() - STALE - 60
    for stage in (old, busy):
        os.utime(stage.path / "files", (long_ago, long_ago))
    old.close()
    young.close()
    (root / "trash").mkdir()
    build_tree(root / "trash" / "tree", ["d"], [])
    broken = kept.parent / "broken"
    (broken / "tree").mkdir(parents=True)
    (root / "staging" / "a file").write_text("x")
    (root / "shares" / "a file").write_text("x")
    (root / "shares" / "empty").mkdir()
    cache.sweep()
    assert not old.path.exists()
    assert young.path.exists()
    assert busy.path.exists()
    assert kept.exists()
    assert not broken.exists()
    assert not (root / "shares" / "empty").exists()
    assert not list((root / "trash").iterdir())
    busy.close()


def test_sweep_of_nothing(root: Path) -> None:
    a_cache(root).sweep()


def test_what_a_crash_while_building_leaves_is_no_obstacle(root: Path) -> None:
    cache, version = a_cache(root), Version("s", "1")
    files = {"d/a": b"a", "d/b": b"b"}
    stage = cache.stage(version)
    assert stage
    plan = a_plan(files, ["d"])
    stage.put([(item.digest, [files[item.local]]) for item in plan.items])
    stage.seal(plan)
    stage.close()  # and never published
    assert cache.pin(version) is None
    again = cache.stage(version)
    assert again
    survey = again.survey(plan, None)
    assert (survey.missing, survey.files, survey.size) == ((), 2, 2)
    again.seal(plan)
    cache.publish(again, version)
    again.close()
    pin = cache.pin(version)
    assert pin
    assert (pin.workspace.path / "d" / "b").read_bytes() == b"b"
    pin.close()


def test_unfinished_files_are_continued_only_in_the_same_state(root: Path) -> None:
    stage = a_cache(root).stage(Version("s", "1"))
    assert stage
    entry = Entry("a", is_folder=False, size=10, tag="t")
    stage.write(Item(entry, "a").digest, 0, [b"12345"])

    def there(entry: Entry) -> list[int]:
        survey = stage.survey(Plan(items=[Item(entry, "a")]), None)
        return [there for _, there in survey.missing]

    assert there(entry) == [5]
    assert there(Entry("a", is_folder=False, size=10, tag="u")) == [0]
    assert there(Entry("a", is_folder=False, size=11, tag="t")) == [0]
    nameless = Entry("a", is_folder=False, size=10)
    stage.write(Item(nameless, "a").digest, 0, [b"12345"])
    assert there(nameless) == [0]
    stage.close()


@pytest.fixture
def umask() -> Iterator[None]:
    old = os.umask(0o077)
    yield
    os.umask(old)


@pytest.mark.usefixtures("umask")
def test_everybody_may_read_whatever_the_umask(root: Path) -> None:
    cache = a_cache(root / "deeper")
    home = add(cache, Version("s", "1"), {"d/run.sh": b"x"})
    tree = home / "tree"
    modes = {path: path.stat().st_mode & 0o777 for path in [tree, *tree.rglob("*")]}
    assert modes == {tree: 0o555, tree / "d": 0o555, tree / "d" / "run.sh": 0o444}
    above = [home, *home.parents]
    for folder in above[: above.index(root) + 1]:
        assert folder.stat().st_mode & 0o777 == 0o755


def as_nobody(work: Callable[[], object]) -> int:
    """Run ``work`` in a child that is not root; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            work()
        except BaseException:  # noqa: BLE001 - a child must not go on into pytest
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_sealed_trees_are_read_only_yet_can_be_evicted_without_root() -> None:
    with tempfile.TemporaryDirectory() as base:
        if os.geteuid() == 0:
            os.chown(base, 65534, 65534)

        def work() -> None:
            cache = a_cache(Path(base, "cache"), 3)
            home = add(cache, Version("s", "1"), {"d/a": b"x" * BLOCK, "b": b"x"})
            with pytest.raises(PermissionError):
                (home / "tree" / "d" / "new").write_text("x")
            with pytest.raises(PermissionError):
                (home / "tree" / "b").write_text("x")
            cache.make_room(2 * BLOCK)
            assert not home.exists()
            assert not list(Path(base, "cache", "trash").iterdir())

        assert as_nobody(work) == 0


def test_removal_does_not_follow_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(outside)
    remove_tree(tree)
    (tmp_path / "top").symlink_to(outside)
    remove_tree(tmp_path / "top")
    remove_tree(tmp_path / "none")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]
    assert (outside / "precious").exists()
