"""Secrets in every odd place of a message or an answer: neither log, store nor answer shows them."""

from __future__ import annotations

import base64
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import structlog

from tests.contracts.clouds import deliver
from tests.contracts.membership import Member, joined, trusted
from tests.contracts.publisher import Publisher, published
from tests.security.hostile import Bent, forget
from tests.traces import holding
from vaas.demo.http import Answer, Request, as_json, redirect
from vaas.errors import VaasError
from vaas.observability.logging import redact

IN_ADDRESS = "s3cr3t-in-an-address"


def secret(where: str) -> str:
    """One for each place, so that what is found tells where it came from."""
    return f"s3cr3t-{where}-{base64.b16encode(os.urandom(8)).decode()}"


@pytest.fixture(scope="module")
def bent(roots: Path) -> Iterator[Bent]:
    with Bent(roots) as found:
        yield found


@pytest.fixture
def mesh() -> Iterator[Publisher]:
    with published() as found:
        yield found


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that was logged, ours as it is written and that of libraries."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as ours:
        yield lambda: caplog.text + repr([redact(None, "", dict(one)) for one in ours])


@pytest.fixture
async def member(
    bent: Bent, mesh: Publisher, tmp_path: Path, said: Callable[[], str]
) -> AsyncIterator[Member]:
    bent.forget()
    bent.lies, bent.bend = {}, None
    (tmp_path / "data").mkdir()
    mesh.url += f"?token={IN_ADDRESS}"
    sources = [mesh.source(every=3600.0)]
    async with joined(tmp_path / "data", [trusted(bent)], directories=sources) as found:
        yield found
    assert "Traceback" not in said()


def unseen(member: Member, said: Callable[[], str], *secrets: str, answers: str = "") -> None:
    assert [one for one in secrets if one in said()] == []
    assert [one for one in secrets if one in answers] == []
    assert [one for one in secrets if holding(member.data, one.encode())] == []


async def test_in_what_nobody_asked_for(
    member: Member, bent: Bent, said: Callable[[], str]
) -> None:
    """Fields, headers and parameters of a share, of its end and of an acceptance."""
    names = ("description", "ownerDisplayName", "options", "webdav", "field", "header", "query")
    odd = {name: secret(name) for name in names}
    told = bent.share(bent.root, member.address)
    grant = bent.grant_of(told)
    told |= {"description": odd["description"], "ownerDisplayName": odd["ownerDisplayName"]}
    told["protocol"]["options"]["permissions"] = odd["options"]
    told["protocol"]["webdav"]["accessTypes"] = ["remote", odd["webdav"]]
    told |= {odd["field"]: odd["field"], "field": {odd["field"]: [odd["field"]]}}
    headers = {"Cookie": odd["header"], "X-More": odd["header"], "User-Agent": odd["header"]}
    text = ""
    messages = {
        "shares": told,
        "notifications": {
            "notificationType": odd["field"],
            "providerId": str(grant.provider_id),
            "notification": {"sharedSecret": grant.secret, "message": odd["field"]},
        },
        "invite-accepted": {
            "recipientProvider": bent.host,
            "token": odd["field"],
            "userID": "alice",
            "email": "",
            "name": "",
        },
    }
    for place, message in messages.items():
        url = f"{member.url}/ocm/{place}?token={odd['query']}&sharedSecret={odd['query']}"
        plain = bent.prepared(url, message)
        for more in ({}, {"Authorization": f"Bearer {odd['header']}"}):
            answer = await deliver(replace(plain, headers=plain.headers | headers | more))
            text += answer.text + repr(answer.headers)
    await member.keeper.settled()
    assert (await member.only()).state == "open"
    unseen(member, said, *odd.values(), grant.secret, *bent.tokens, answers=text)


@pytest.mark.parametrize("part", ["keyid", "label", "signature", "digest"])
async def test_in_a_signature(
    member: Member, bent: Bent, said: Callable[[], str], part: str
) -> None:
    odd = secret(part)
    sent = bent.prepared(f"{member.url}/ocm/shares", bent.share(bent.root, member.address))
    made, named = sent.headers["Signature"], sent.headers["Signature-Input"]
    changed = {
        "keyid": {"Signature-Input": named.replace("#signature", f"#{odd}")},
        "label": {
            "Signature-Input": named.replace("ocm=", f"{odd.lower()}="),
            "Signature": made.replace("ocm=", f"{odd.lower()}="),
        },
        "signature": {"Signature": f"ocm=:{base64.b64encode(odd.encode()).decode()}:"},
        "digest": {"Content-Digest": f"sha-256=:{base64.b64encode(odd.encode()).decode()}:"},
    }[part]
    answer = await deliver(replace(sent, headers=sent.headers | changed))
    assert answer.status_code in {201, 401}
    coded = base64.b64encode(odd.encode()).decode()
    unseen(member, said, odd, odd.lower(), coded, answers=answer.text)


def told_back(odd: str, request: Request, plain: Callable[[Request], Answer], where: str) -> Answer:
    """An answer that repeats a secret in all that an answer has."""
    if where not in request.path:
        return plain(request)
    echoed = {"error": odd, "error_description": odd, "message": odd, "access_token": f"{odd} \n"}
    answer = as_json(echoed, 400)
    answer.headers.extend([("WWW-Authenticate", f'Bearer realm="{odd}"'), ("X-Error", odd)])
    return answer


@pytest.mark.parametrize(
    "where", ["access-token", "/public.php", "/ocm/notifications", "jwks", "ocm"]
)
@pytest.mark.parametrize("how", ["repeated", "sent on"])
async def test_in_what_a_cloud_answers(
    member: Member, bent: Bent, said: Callable[[], str], *, where: str, how: str
) -> None:
    odd = secret("answer")

    def bend(request: Request, plain: Callable[[Request], Answer]) -> Answer:
        if how == "repeated":
            return told_back(odd, request, plain, where)
        to = f"https://10.0.0.1/{odd}?token={odd}"
        return redirect(to) if where in request.path else plain(request)

    told = bent.share(bent.root, member.address)
    grant = bent.grant_of(told)
    bent.bend = bend
    forget(member)
    answer = await bent.post(f"{member.url}/ocm/shares", told)
    await member.keeper.settled()
    text = answer.text
    for share in await member.all():
        try:
            await member.files(share)
        except VaasError as error:
            text += f"{error} {error.detail} {error.title} {error.advice}"
    with contextlib.suppress(VaasError):
        await member.mesh.inviter.accept(odd, bent.host)
    unseen(member, said, odd, grant.secret, *bent.tokens, answers=text)


async def test_in_a_directory(member: Member, mesh: Publisher, said: Callable[[], str]) -> None:
    """Its address may be a share's link, which opens something."""
    odd = secret("directory")
    for body in (odd, f'{{"{odd}": 1}}', f'[{{"domain": 7, "name": "{odd}"}}]'):
        mesh.body = body.encode()
        await member.mesh.directories.look()
        (standing,) = member.mesh.directories.standings
        assert standing.trouble
    mesh.body = b"[]"
    await member.mesh.directories.look()
    (standing,) = member.mesh.directories.standings
    assert not standing.trouble
    assert IN_ADDRESS not in repr(standing)
    unseen(member, said, odd, IN_ADDRESS)


async def test_in_what_is_asked_of_us(member: Member, said: Callable[[], str]) -> None:
    """Addresses that we do not have, methods that they do not take."""
    odd = secret("address")
    text = ""
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        for method in ("GET", "PUT", "DELETE"):
            for place in ("shares", "notifications", "token", odd):
                answer = await client.request(method, f"{member.url}/ocm/{place}?secret={odd}")
                assert answer.status_code in {404, 405}
                text += answer.text
        form = {"grant_type": "authorization_code", "client_id": odd, "code": odd}
        text += (await client.post(f"{member.url}/ocm/token", data=form)).text
    unseen(member, said, odd, answers=text)
