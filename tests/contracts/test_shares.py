"""What every system must do alike, asked of all of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.conftest import ALL, EMULATED, LINKED, REMOTE
from tests.contracts.systems import PASSWORD, Cs3, Emulated, System
from vaas.errors import (
    CloudSpared,
    EfssMaintenance,
    FileDrop,
    InternalLink,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareError,
    ShareThrottled,
    VaasError,
)
from vaas.model import Entry, Secret, Share
from vaas.shares import (
    FailureMemory,
    OutboundClient,
    OutboundPolicy,
    Shares,
    SiteRule,
    parse_link,
)
from vaas.shares.ration import WINDOW

# What has neither links nor passwords of its own is not asked about them.
WITH_PASSWORDS = REMOTE
TREE = {
    "notebook.ipynb": b'{"cells": []}',
    "data/values.csv": b"a,b\n1,2\n" * 400,
    "data/deep/er/leaf.txt": b"leaf",
    "empty.bin": b"",
}
ODD = (
    "two words.txt",
    "50% #1 off?.txt",
    "100%25.txt",
    ".hidden",
    ".config/.deep",
    "räksmörgås.txt",
    "日本/データ.txt",
    "a+b & c=d;e,f.txt",
    "<tag>'quote'.txt",
    "[x]{y}~$!@^.txt",
    "..double.dots..",
    "http:",
)
every = pytest.mark.parametrize("system", ALL, indirect=True)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


async def content(shares: Shares, share: Share, entry: Entry, offset: int = 0) -> bytes:
    async with aclosing(shares.read(share, entry, offset)) as pieces:
        return b"".join([piece async for piece in pieces])


async def walk(shares: Shares, share: Share, folder: str = "") -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in await shares.list(share, folder):
        assert entry.path not in found
        found[entry.path] = entry
        if entry.is_folder:
            found |= await walk(shares, share, entry.path)
    return found


async def changed(shares: Shares, share: Share) -> Share:
    """The share once its version is another; servers may take a moment to look."""
    async with asyncio.timeout(10):
        while True:
            now = await shares.resolve(share.link, share.password)
            if now.version != share.version:
                return now


@every
async def test_folder_is_listed_and_read(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, TREE)
    share = await shares.resolve(system.share(folder))
    assert (share.product, share.is_file) == (system.product, False)
    assert share.link.token not in {share.name, *share.name.split("/")}
    found = await walk(shares, share)
    assert {p for p, e in found.items() if e.is_folder} == {"data", "data/deep", "data/deep/er"}
    files = {p: e for p, e in found.items() if not e.is_folder}
    assert {p: e.size for p, e in files.items()} == {p: len(b) for p, b in TREE.items()}
    assert {p: await content(shares, share, e) for p, e in files.items()} == TREE


@every
async def test_folder_has_its_name(system: System, shares: Shares) -> None:
    folder = system.folder()
    share = await shares.resolve(system.share(folder))
    assert share.name == (folder.name if system.names_roots else system.host)


@every
async def test_empty_folder(system: System, shares: Shares) -> None:
    share = await shares.resolve(system.share(system.folder()))
    assert list(await shares.list(share, "")) == []


@every
async def test_odd_names(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, {name: name.encode() for name in ODD})
    share = await shares.resolve(system.share(folder))
    found = await walk(shares, share)
    files = {path: entry for path, entry in found.items() if not entry.is_folder}
    assert set(files) == set(ODD)
    for name in ODD:
        assert await content(shares, share, files[name]) == name.encode()


@every
async def test_reading_goes_on_at_an_offset(system: System, shares: Shares) -> None:
    folder = system.folder()
    data = os.urandom(300_000)
    write(folder, {"deep/big file.bin": data})
    share = await shares.resolve(system.share(folder))
    [entry] = await shares.list(share, "deep")
    for offset in (0, 1, 65_536, 299_999):
        assert await content(shares, share, entry, offset) == data[offset:]


@every
async def test_reading_can_be_left_early(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, {"big.bin": os.urandom(3_000_000)})
    share = await shares.resolve(system.share(folder))
    [entry] = await shares.list(share, "")
    for _ in range(10):
        async with aclosing(shares.read(share, entry)) as pieces:
            assert await anext(pieces)


@every
async def test_same_state_same_version(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, TREE)
    link = system.share(folder)
    versions = {(await shares.resolve(link)).version for _ in range(3)}
    assert len(versions) == 1
    assert versions.pop().share == link.fingerprint


def _edit(folder: Path) -> None:
    (folder / "data/deep/er/leaf.txt").write_bytes(b"another leaf")


def _add(folder: Path) -> None:
    (folder / "data/deep/new.txt").write_bytes(b"new")


def _remove(folder: Path) -> None:
    (folder / "data/values.csv").unlink()


def _rename(folder: Path) -> None:
    (folder / "data/deep").rename(folder / "data/flat")


@pytest.mark.parametrize("change", [_edit, _add, _remove, _rename])
@every
async def test_any_change_below_is_a_new_version(
    system: System, shares: Shares, change: Callable[[Path], None]
) -> None:
    folder = system.folder()
    write(folder, TREE)
    share = await shares.resolve(system.share(folder))
    before = await walk(shares, share)
    change(folder)
    now = await changed(shares, share)
    after = await walk(shares, now)
    assert {(p, e.tag) for p, e in before.items()} != {(p, e.tag) for p, e in after.items()}
    untouched = "notebook.ipynb"
    assert before[untouched].tag == after[untouched].tag != ""


@every
async def test_a_file_that_was_changed_or_removed_is_noticed(
    system: System, shares: Shares
) -> None:
    folder = system.folder()
    write(folder, TREE | {"data/gone.txt": b"soon gone", "edited.txt": b"before"})
    share = await shares.resolve(system.share(folder))
    found = await walk(shares, share)
    (folder / "data/gone.txt").unlink()
    (folder / "edited.txt").write_bytes(b"a good deal longer than it was before")
    await changed(shares, share)
    for path in ("data/gone.txt", "edited.txt"):
        with pytest.raises(ShareChanged):
            await content(shares, share, found[path])
    with pytest.raises(ShareChanged):
        await shares.list(share, "data/never")


@every
async def test_single_file(system: System, shares: Shares) -> None:
    folder = system.folder()
    name = "my 50% notebook #1 ü.ipynb"
    write(folder, {name: b'{"cells": []}', "beside.txt": b"not shared"})
    share = await shares.resolve(system.share(folder / name))
    assert (share.is_file, share.name) == (True, name)
    [entry] = await shares.list(share, "")
    assert (entry.path, entry.is_folder, entry.size) == (name, False, 13)
    assert await content(shares, share, entry) == b'{"cells": []}'
    assert await content(shares, share, entry, 5) == b'{"cells": []}'[5:]
    assert (await shares.resolve(share.link)).version == share.version
    (folder / name).write_bytes(b'{"cells": [], "nbformat": 4}')
    now = await changed(shares, share)
    [entry] = await shares.list(now, "")
    assert await content(shares, now, entry) == b'{"cells": [], "nbformat": 4}'


@every
async def test_a_path_inside_is_no_other_share(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, TREE)
    link = system.share(folder)
    whole = await shares.resolve(link)
    for path in ("data", "data/values.csv"):
        share = await shares.resolve(replace(link, path=path))
        assert share.link.path == path
        assert (share.version, share.is_file) == (whole.version, False)


@every
async def test_unknown_link(system: System, shares: Shares) -> None:
    with pytest.raises(system.unknown):
        await shares.resolve(system.unknown_link())


@pytest.mark.parametrize("system", WITH_PASSWORDS, indirect=True)
async def test_password_of_a_folder(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, TREE)
    link = system.share(folder, password=PASSWORD)
    with pytest.raises(PasswordNeeded):
        await shares.resolve(link)
    with pytest.raises(PasswordWrong):
        await shares.resolve(link, system.password("not it"))
    share = await shares.resolve(link, system.password(PASSWORD))
    files = {p: e for p, e in (await walk(shares, share)).items() if not e.is_folder}
    assert {p: await content(shares, share, e) for p, e in files.items()} == TREE
    assert PASSWORD not in repr(share)


@pytest.mark.parametrize("system", WITH_PASSWORDS, indirect=True)
async def test_password_of_a_single_file(system: System, shares: Shares) -> None:
    folder = system.folder()
    write(folder, {"n.ipynb": b"{}"})
    link = system.share(folder / "n.ipynb", password=PASSWORD)
    with pytest.raises(PasswordNeeded):
        await shares.resolve(link)
    with pytest.raises(PasswordWrong):
        await shares.resolve(link, system.password("not it"))
    share = await shares.resolve(link, system.password(PASSWORD))
    [entry] = await shares.list(share, "")
    assert (share.name, await content(shares, share, entry)) == ("n.ipynb", b"{}")


@pytest.mark.parametrize("system", LINKED, indirect=True)
async def test_a_password_that_nobody_asked_for_does_no_harm(
    system: System, shares: Shares
) -> None:
    share = await shares.resolve(system.share(system.folder()), Secret("needless"))
    assert list(await shares.list(share, "")) == []


@pytest.mark.parametrize("system", LINKED, indirect=True)
async def test_expired_link(system: System, shares: Shares) -> None:
    with pytest.raises(system.unknown):
        await shares.resolve(system.share(system.folder(), expired=True))


@pytest.mark.parametrize("system", [n for n in LINKED if n != "seafile"], indirect=True)
async def test_upload_only_link(system: System, shares: Shares) -> None:
    with pytest.raises(FileDrop):
        await shares.resolve(system.share(system.folder(), upload_only=True))


@pytest.mark.parametrize("system", ["ocis"], indirect=True)
async def test_internal_link(system: System, shares: Shares) -> None:
    with pytest.raises(InternalLink):
        await shares.resolve(system.share(system.folder(), internal=True))
    with pytest.raises(InternalLink):
        await shares.resolve(system.share(system.folder(), internal=True), Secret("x"))


@pytest.mark.parametrize("system", EMULATED, indirect=True)
async def test_a_link_withdrawn_while_it_is_open(system: Emulated, shares: Shares) -> None:
    folder = system.folder()
    write(folder, TREE)
    address = system.efss.add_link(system.name, f"all/{folder.relative_to(system.root)}")
    share = await shares.resolve(parse_link(address))
    system.efss.remove_link(address)
    with pytest.raises(system.unknown):
        await shares.resolve(share.link)


@pytest.mark.parametrize("system", LINKED, indirect=True)
async def test_a_refused_link_is_asked_for_once(system: Emulated | Cs3, shares: Shares) -> None:
    link = system.unknown_link()
    with pytest.raises(system.unknown):
        await shares.resolve(link)
    asked = system.asked()
    for _ in range(5):
        with pytest.raises(system.unknown):
            await shares.resolve(link)
    assert system.asked() == asked


@pytest.mark.parametrize("system", LINKED, indirect=True)
async def test_viewers_at_the_same_time_share_one_answer(
    system: Emulated | Cs3, shares: Shares
) -> None:
    link = system.share(system.folder(), password=PASSWORD)
    await shares.resolve(link, Secret(PASSWORD))
    before = system.asked()
    await shares.resolve(link, Secret(PASSWORD))
    one = system.asked() - before
    answers = await asyncio.gather(
        *(shares.resolve(replace(link, path=f"{n}"), Secret(PASSWORD)) for n in range(20))
    )
    assert system.asked() - before == 2 * one
    assert [a.link.path for a in answers] == [f"{n}" for n in range(20)]


@pytest.mark.parametrize("system", EMULATED, indirect=True)
async def test_throttled(system: Emulated, shares: Shares) -> None:
    link = system.share(system.folder())
    system.efss.throttle(system.name, 40)
    with pytest.raises(ShareThrottled):
        await shares.resolve(link)
    asked = system.asked()
    with pytest.raises(ShareThrottled) as caught:
        await shares.resolve(link)
    assert system.asked() == asked
    assert caught.value.retry_after


@pytest.mark.parametrize("system", ["nextcloud", "nextcloud28", "owncloud"], indirect=True)
async def test_maintenance(system: Emulated, shares: Shares) -> None:
    link = system.share(system.folder())
    system.efss.maintenance(system.name, on=True)
    try:
        with pytest.raises(EfssMaintenance) as caught:
            await shares.resolve(link)
    finally:
        system.efss.maintenance(system.name, on=False)
    assert caught.value.retry_after == pytest.approx(120, abs=5)


@pytest.mark.parametrize("system", LINKED, indirect=True)
async def test_no_error_tells_the_token(system: Emulated | Cs3, shares: Shares) -> None:
    refused = [
        system.unknown_link(),
        system.share(system.folder(), expired=True),
        system.share(system.folder(), password=PASSWORD),
    ]
    for link in refused:
        with pytest.raises(VaasError) as caught:
            await shares.resolve(link, Secret("a wrong password"))
        told = f"{caught.value} {caught.value.detail} {caught.value!r}"
        assert link.token.rpartition(".")[2] not in told
        assert "a wrong password" not in told


@pytest.mark.parametrize("system", ["ocis"], indirect=True)
async def test_asking_for_a_password_costs_no_attempt(system: Emulated, shares: Shares) -> None:
    link = system.share(system.folder(), password=PASSWORD)
    before = system.asked()
    with pytest.raises(PasswordNeeded):
        await shares.resolve(link)
    asked = list(system.efss.requests["ocis"])[before:]
    assert {seen.status for seen in asked} == {200}
    assert all("public-files" not in seen.path for seen in asked)


@pytest.mark.parametrize("system", ["local"], indirect=True)
async def test_local_links_out_are_left_out(system: System, shares: Shares, tmp_path: Path) -> None:
    folder = system.folder()
    write(folder, {"in/file.txt": b"x"})
    (tmp_path / "secret").write_text("secret")
    (folder / "out").symlink_to(tmp_path)
    (folder / "out.txt").symlink_to(tmp_path / "secret")
    (folder / "inside").symlink_to(folder / "in")
    (folder / "in/loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    share = await shares.resolve(system.share(folder))
    assert {e.path for e in await shares.list(share, "")} == {"in", "inside"}
    [file] = [e for e in await shares.list(share, "inside") if not e.is_folder]
    assert await content(shares, share, file) == b"x"
    with pytest.raises(ShareChanged):
        await shares.list(share, "../")
    with pytest.raises(ShareChanged):
        await content(shares, share, Entry("out/secret", is_folder=False))


@pytest.mark.parametrize("system", EMULATED, indirect=True)
async def test_a_pinned_product_is_not_probed(system: Emulated) -> None:
    folder = system.folder()
    write(folder, TREE)
    link = system.share(folder)
    rule = SiteRule(system.host, product=system.product, insecure=True, private=True)
    policy = OutboundPolicy([rule])
    before = system.asked()
    async with OutboundClient(policy) as client:
        share = await Shares(client, policy, FailureMemory()).resolve(link)
    assert share.product == system.product
    asked = [seen.path for seen in list(system.efss.requests[system.name])[before:]]
    assert asked
    assert not any("status.php" in path or "ocm" in path for path in asked)


@pytest.mark.parametrize("system", ["nextcloud", "nextcloud28", "owncloud"], indirect=True)
async def test_the_older_endpoint_can_be_pinned(system: Emulated) -> None:
    folder = system.folder()
    write(folder, {"n.ipynb": b"{}"})
    rule = SiteRule(
        system.host,
        product=system.product,
        dav_root=f"/{system.name}/public.php/webdav/",
        insecure=True,
        private=True,
    )
    policy = OutboundPolicy([rule])
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        for path in (folder, folder / "n.ipynb"):
            share = await shares.resolve(system.share(path, password=PASSWORD), Secret(PASSWORD))
            [entry] = await shares.list(share, "")
            assert entry.path == "n.ipynb"
            assert await content(shares, share, entry) == b"{}"


@pytest.mark.parametrize("system", EMULATED, indirect=True)
async def test_wrong_passwords_of_one_viewer_do_not_stop_another(
    system: Emulated, shares: Shares
) -> None:
    folder = system.folder()
    write(folder, TREE)
    link = system.share(folder, password=PASSWORD)
    share = await shares.resolve(link, Secret(PASSWORD))
    for n in range(8):
        with pytest.raises((PasswordWrong, ShareThrottled)):
            await shares.resolve(link, Secret(f"guess {n}"))
    system.efss.forgive(system.name)
    files = [e for e in (await walk(shares, share)).values() if not e.is_folder]
    assert len(files) == len(TREE)
    assert [len(await content(shares, share, e)) for e in files] == [e.size for e in files]


@pytest.mark.parametrize("system", ["nextcloud", "nextcloud28"], indirect=True)
async def test_invented_links_do_not_close_a_cloud_to_the_others(
    system: Emulated, shares: Shares
) -> None:
    folder = system.folder()
    write(folder, TREE)
    known, fresh = system.share(folder), system.share(folder)
    await shares.resolve(known)

    async def invented(n: int) -> VaasError:
        with pytest.raises(ShareError) as caught:
            await shares.resolve(replace(known, token=f"invented{n}"))
        return caught.value

    before = system.asked()
    told = await asyncio.gather(*(invented(n) for n in range(30)))
    held = [error for error in told if isinstance(error, CloudSpared)]
    assert 20 <= len(held) < 25
    assert all(0 < (error.retry_after or 0) <= WINDOW for error in held)
    asked = list(system.efss.requests[system.name])[before:]
    assert 8 <= len(asked) <= 10
    assert 429 not in {seen.status for seen in asked}
    # Who looks at what opened before goes on; who brings a new link waits a while.
    assert (await shares.resolve(known)).version.tag
    with pytest.raises(CloudSpared):
        await shares.resolve(fresh)
