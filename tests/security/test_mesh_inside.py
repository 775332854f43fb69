"""Addresses that lead inside the house, in every field that a cloud can fill: none is asked."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contracts.clouds import deliver
from tests.contracts.membership import Member, joined, trusted
from tests.security.hostile import Bent, Inside, forget, inside
from vaas.demo.http import Answer, Request, redirect
from vaas.errors import VaasError

SPELLINGS = (
    "http://127.0.0.1:{port}/x",
    "http://localhost:{port}/x",
    "http://[::1]:{port}/x",
    "http://[::ffff:7f00:1]:{port}/x",
    "http://2130706433:{port}/x",
    "http://0x7f.1:{port}/x",
    "http://127。0。0。1:{port}/x",
    "//127.0.0.1:{port}/x",
    "http://{peer}@127.0.0.1:{port}/x",
    "http://{peer}#@127.0.0.1:{port}/x",
    "http:\\\\127.0.0.1:{port}\\x",
    "https://127.0.0.1:{port}/x",
)


@pytest.fixture(scope="module")
def house() -> Iterator[Inside]:
    with inside() as found:
        yield found


@pytest.fixture(scope="module")
def bent(roots: Path) -> Iterator[Bent]:
    with Bent(roots) as found:
        yield found


@pytest.fixture
async def member(bent: Bent, house: Inside, tmp_path: Path) -> AsyncIterator[Member]:
    """One that trusts any cloud, which forbids the least."""
    bent.forget()
    bent.lies, bent.bend = {}, None
    async with joined(tmp_path, [trusted(bent)], open=True) as found:
        yield found
    assert house.reached == 0


def spelt(house: Inside, bent: Bent) -> Iterator[str]:
    for one in SPELLINGS:
        yield one.format(port=house.port, peer=bent.host)


async def everything(member: Member, bent: Bent) -> None:
    """All for which we ask a cloud: its share, its keys, its token, its files, its dialogs."""
    forget(member)
    told = bent.share(bent.root, member.address)
    await bent.post(f"{member.url}/ocm/shares", told)
    await member.keeper.settled()
    for share in await member.all("pending", "open", "missing"):
        with contextlib.suppress(VaasError):
            await member.files(share)
        member.keeper.erase(share)
    for ask in (
        lambda: member.mesh.inviter.invite(bent.host),
        lambda: member.mesh.inviter.accept("x", bent.host),
    ):
        with contextlib.suppress(VaasError):
            await ask()
    await member.keeper.settled()


@pytest.mark.parametrize(
    "field", ["endPoint", "tokenEndPoint", "jwksUri", "inviteAcceptDialog", "webdav"]
)
async def test_in_what_it_says_of_itself(
    member: Member, bent: Bent, house: Inside, field: str
) -> None:
    for url in spelt(house, bent):
        types = [{"name": "file", "shareTypes": ["user"], "protocols": {"webdav": url}}]
        bent.lies = {"resourceTypes": types} if field == "webdav" else {field: url}
        await everything(member, bent)
        _, dialog = await member.mesh.inviter.invite(bent.host)
        assert not dialog.startswith(url)
    assert house.reached == 0


@pytest.mark.parametrize(
    "where", ["/.well-known/ocm", "/ocm/jwks", "access-token", "/public.php", "/ocm/"]
)
@pytest.mark.parametrize("status", [302, 307])
async def test_where_it_sends_us_on(
    member: Member, bent: Bent, house: Inside, where: str, status: int
) -> None:
    for url in (one for one in spelt(house, bent) if "\\" not in one):

        def bend(request: Request, plain: object, to: str = url) -> Answer:
            if where in request.path and (where != "/ocm/" or "jwks" not in request.path):
                return redirect(to, status)
            return plain(request)  # type: ignore[operator,no-any-return]

        bent.bend = bend
        await everything(member, bent)
    assert house.reached == 0


async def test_in_what_it_shares(member: Member, bent: Bent, house: Inside) -> None:
    for url in spelt(house, bent):
        told = bent.share(bent.root, member.address)
        host = url.removeprefix("http://").removesuffix("/x")
        new = told["protocol"]["webdav"]
        for changed in (
            {"protocol": {"name": "multi", "webdav": new | {"uri": url}}},
            {"owner": f"alice@{host}"},
            {"sender": f"alice@{host}"},
            {"sender": None, "owner": None, "sharedBy": f"alice@{host}"},
            {"owner": f"alice@{url}", "sender": f"alice@{url}"},
            {"shareWith": f"dashboards@{host}"},
            {"name": url},
            {"providerId": url},
        ):
            whole = {k: v for k, v in (told | changed).items() if v is not None}
            answer = await bent.post(f"{member.url}/ocm/shares", whole)
            assert answer.status_code < 500, changed
    await member.keeper.settled()
    assert house.reached == 0


async def test_in_who_signs_and_who_accepts(member: Member, bent: Bent, house: Inside) -> None:
    for url in spelt(house, bent):
        told = bent.share(bent.root, member.address)
        sent = bent.prepared(f"{member.url}/ocm/shares", told)
        for keyid in (f"{url}#key", url.removeprefix("http://"), url):
            named = json.dumps(keyid, ensure_ascii=True)
            signed = sent.headers["Signature-Input"].replace(f'"{bent.keyid}"', named)
            sent.headers["Signature-Input"] = signed
            assert (await deliver(sent)).status_code in {400, 401, 403}
            old = f'keyId={named},algorithm="rsa-sha256",headers="date",signature="AAAA"'
            plain = {"Content-Type": "application/json", "Signature": old}
            sent.headers = plain
            assert (await deliver(sent)).status_code < 500
            sent = bent.prepared(f"{member.url}/ocm/shares", told)
        accepted = {"recipientProvider": url, "token": "x", "userID": "a", "email": "", "name": ""}
        answer = await bent.post(f"{member.url}/ocm/invite-accepted", accepted)
        assert answer.status_code in {400, 401, 403}
        for ask in (
            lambda to=url: member.mesh.inviter.invite(to),
            lambda to=url: member.mesh.inviter.accept("x", to),
            lambda to=url: member.mesh.inviter.accept(f"token@{to}"),
        ):
            with contextlib.suppress(VaasError):
                await ask()
    await member.keeper.settled()
    assert house.reached == 0
