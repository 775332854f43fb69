"""What we answer other clouds, held against the shapes that they read."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.contracts.clouds import Nextcloud28, Ocis, Strict14
from tests.contracts.membership import Member, joined, trusted
from vaas.errors import InvitationTaken

CRAWLER = "Nextcloud Server Crawler"
TEXT = {"type": "string", "minLength": 1}
DISCOVERY = {
    "type": "object",
    "required": ["enabled", "apiVersion", "endPoint", "provider", "resourceTypes"],
    "properties": {
        "enabled": {"const": True},
        "apiVersion": {"type": "string", "pattern": r"^1\.\d+(\.\d+)?$"},
        "endPoint": {"type": "string", "pattern": r"^https?://[^/]+/ocm$"},
        "provider": TEXT,
        "tokenEndPoint": {"type": "string", "format": "uri"},
        "jwksUri": {"type": "string", "format": "uri"},
        "resourceTypes": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "shareTypes", "protocols"],
                "properties": {
                    "name": {"enum": ["file", "folder"]},
                    "shareTypes": {"type": "array", "contains": {"const": "user"}},
                    "protocols": {
                        "type": "object",
                        "required": ["webdav"],
                        "properties": {
                            "webdav": {"type": "string", "pattern": "^/"},
                            "webdav-receive": {
                                "properties": {"uri": {"enum": ["absolute", "relative"]}}
                            },
                        },
                    },
                },
            },
        },
        "capabilities": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "enum": [
                    "enforce-mfa",
                    "exchange-token",
                    "http-sig",
                    "invites",
                    "notifications",
                    "invite-wayf",
                    "protocol-object",
                ]
            },
        },
        "criteria": {"type": "array", "items": {"enum": ["allowlist", "denylist"]}},
    },
}
KEYS = {
    "type": "object",
    "required": ["keys"],
    "additionalProperties": False,
    "properties": {
        "keys": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["kty", "crv", "x", "kid"],
                "additionalProperties": False,
                "properties": {
                    "kty": {"const": "OKP"},
                    "crv": {"const": "Ed25519"},
                    "alg": {"const": "EdDSA"},
                    "use": {"const": "sig"},
                    "x": TEXT,
                    "kid": {"type": "string", "pattern": "^https?://[^/]+/ocm#.+"},
                },
            },
        }
    },
}
CREATED = {
    "type": "object",
    "required": ["recipientDisplayName"],
    "additionalProperties": False,
    "properties": {"recipientDisplayName": TEXT, "message": TEXT},
}
WRONG = {
    "type": "object",
    "required": ["message", "validationErrors"],
    "properties": {
        "message": TEXT,
        "validationErrors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "message"],
                "properties": {"name": TEXT, "message": TEXT},
            },
        },
    },
}


REFUSED = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {"message": {"type": "string", "minLength": 1, "maxLength": 300}},
}
CONTACT = {
    "type": "object",
    "required": ["userID", "email", "name"],
    "additionalProperties": False,
    "properties": {"userID": TEXT, "email": {"type": "string"}, "name": TEXT},
}
ACCEPTED = {
    "type": "object",
    "required": ["notificationType", "providerId", "resourceType", "notification"],
    "additionalProperties": False,
    "properties": {
        "notificationType": {"const": "SHARE_ACCEPTED"},
        "providerId": TEXT,
        "resourceType": {"enum": ["file", "folder"]},
        "notification": {
            "type": "object",
            "required": ["sharedSecret", "grantee", "message"],
            "additionalProperties": False,
            "properties": {"sharedSecret": TEXT, "grantee": TEXT, "message": TEXT},
        },
    },
}
INVITED = {
    "type": "object",
    "required": ["recipientProvider", "token", "userID", "email", "name"],
    "additionalProperties": False,
    "properties": {
        "recipientProvider": {"type": "string", "pattern": "^[^/@]+$"},
        "token": TEXT,
        "userID": TEXT,
        "email": {"type": "string"},
        "name": TEXT,
    },
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nextcloud28]:
    with Nextcloud28(tmp_path_factory.mktemp("cloud")) as found:
        (found.root / "app.ipynb").write_text("{}")
        yield found


@pytest.fixture
async def member(cloud: Nextcloud28, tmp_path: Path) -> AsyncIterator[Member]:
    cloud.forget()
    async with joined(tmp_path, [trusted(cloud)]) as found:
        yield found


async def get(member: Member, path: str, agent: str = "reva/3") -> dict[str, Any]:
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        answer = await client.get(f"{member.url}{path}", headers={"User-Agent": agent})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    return dict(answer.json())


async def test_discovery(member: Member) -> None:
    for place in ("/.well-known/ocm", "/ocm-provider", "/ocm-provider/"):
        told = await get(member, place)
        jsonschema.validate(told, DISCOVERY)
        assert told["apiVersion"] == "1.4.0"
        # A capability names its address.
        assert ("tokenEndPoint" in told) == ("exchange-token" in told["capabilities"])
        assert ("inviteAcceptDialog" in told) == ("invite-wayf" in told["capabilities"])
        assert ("jwksUri" in told) == ("http-sig" in told["capabilities"])


async def test_discovery_for_nextcloud(member: Member) -> None:
    """Up to 32 it reads the older place alone and knows no third part of a version."""
    old = await get(member, "/ocm-provider/", CRAWLER)
    new = await get(member, "/.well-known/ocm", f"{CRAWLER}/33")
    assert (old["apiVersion"], new["apiVersion"]) == ("1.1", "1.1.0")
    for told in (old, new):
        jsonschema.validate(told, DISCOVERY)
        assert told["resourceTypes"][0]["name"] == "file"


async def test_keys_are_at_both_places_and_stay(
    member: Member, cloud: Nextcloud28, tmp_path: Path
) -> None:
    told = await get(member, "/.well-known/jwks.json")
    jsonschema.validate(told, KEYS)
    jwks = (await get(member, "/.well-known/ocm"))["jwksUri"]
    assert await get(member, jwks.removeprefix(member.url)) == told
    async with joined(tmp_path, [trusted(cloud)]) as again:
        kept = (await get(again, "/ocm/jwks"))["keys"][0]["x"]
        assert kept == told["keys"][0]["x"]


async def test_a_share_that_is_taken(member: Member, cloud: Nextcloud28) -> None:
    told = cloud.share(cloud.root, member.address)
    answer = await cloud.post(f"{member.url}/ocm/shares", told)
    assert answer.status_code == 201
    jsonschema.validate(answer.json(), CREATED)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"shareWith": None}, {"shareWith"}),
        ({"shareWith": "somebody-else@{us}"}, {"shareWith"}),
        ({"shareWith": "dashboards@elsewhere.example.org"}, {"shareWith"}),
        ({"name": ""}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"providerId": "7\0"}, {"providerId"}),
        ({"providerId": "7" * 300}, {"providerId"}),
        ({"providerId": None}, {"providerId"}),
        ({"owner": None, "sharedBy": None}, {"sender"}),
        ({"owner": "nobody"}, {"owner"}),
        ({"owner": "a b@host.example.org"}, {"owner"}),
        ({"owner": "a@host.example.org/path"}, {"owner"}),
        ({"resourceType": None, "protocol": None}, {"resourceType", "protocol"}),
        ({"protocol": {"name": "webdav", "options": {}}}, {"protocol"}),
        ({"expiration": "tomorrow"}, {"expiration"}),
        ({"expiration": -1}, {"expiration"}),
    ],
)
async def test_a_share_that_is_wrong(
    member: Member, cloud: Nextcloud28, change: dict[str, Any], names: set[str]
) -> None:
    told = cloud.share(cloud.root, member.address) | change
    us = member.address.partition("@")[2]
    told = {
        key: value.format(us=us) if isinstance(value, str) else value
        for key, value in told.items()
        if value is not None
    }
    answer = await cloud.post(f"{member.url}/ocm/shares", told)
    assert answer.status_code == 400
    jsonschema.validate(answer.json(), WRONG)
    assert {one["name"] for one in answer.json()["validationErrors"]} == names
    assert await member.all() == []


NEW = {"sharedSecret": "s", "uri": "x", "permissions": ["read"]}


@pytest.mark.parametrize(
    "change",
    [
        {"shareType": "group"},
        {"shareType": "federation"},
        {"resourceType": "calendar"},
        {"resourceType": "ro-crate"},
        {"protocol": {"name": "multi", "webapp": {"uri": "https://x", "sharedSecret": "s"}}},
        {"protocol": {"name": "ssh", "options": {"sharedSecret": "s"}}},
        {"protocol": {"name": "multi", "webdav": NEW | {"accessTypes": ["datatx"]}}},
        {"protocol": {"name": "multi", "webdav": NEW | {"requirements": ["must-use-mfa"]}}},
        {"protocol": {"name": "multi", "webdav": NEW | {"permissions": ["write"]}}},
        {"protocol": {"name": "multi", "webdav": NEW | {"permissions": 4}}},
    ],
)
async def test_a_share_that_no_dashboard_can_be_of(
    member: Member, cloud: Nextcloud28, change: dict[str, Any]
) -> None:
    told = cloud.share(cloud.root, member.address) | change
    answer = await cloud.post(f"{member.url}/ocm/shares", told)
    assert answer.status_code == 501
    assert answer.json()["message"]
    assert await member.all() == []


async def test_a_notification_of_what_never_came(member: Member, cloud: Nextcloud28) -> None:
    told = {"notificationType": "SHARE_UNSHARED", "providerId": "1", "resourceType": "file"}
    answer = await cloud.post(f"{member.url}/ocm/notifications", told)
    assert answer.status_code == 400
    jsonschema.validate(answer.json(), WRONG)


async def test_notifications_of_other_kinds_change_nothing(
    member: Member, cloud: Nextcloud28
) -> None:
    announced = await member.take(cloud, cloud.root)
    proof = cloud.proof(cloud.grant_of(announced))
    for kind in ("SHARE_ACCEPTED", "REQUEST_RESHARE", "RESHARE_CHANGE_PERMISSION", "x" * 900):
        told = {"notificationType": kind, "providerId": announced["providerId"]}
        answer = await member.tell(cloud, told | {"resourceType": "file", "notification": proof})
        assert answer.status_code == 201
    assert (await member.only()).state == "open"


REFUSALS = {
    401: {"sender": "alice@{strict}", "owner": "alice@{strict}"},
    403: {"sender": "alice@unknown.example.org", "owner": "alice@unknown.example.org"},
    501: {"shareType": "group"},
}


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 501])
async def test_whatever_is_refused_says_why_in_json(
    cloud: Nextcloud28, strict: Strict14, tmp_path: Path, status: int
) -> None:
    rules = [trusted(cloud), trusted(strict, signed=True)]
    most = 0 if status == 429 else 100
    async with joined(tmp_path, rules, most=most) as member:
        change = {k: v.format(strict=strict.host) for k, v in REFUSALS.get(status, {}).items()}
        told = cloud.share(cloud.root, member.address)
        told = {k: v for k, v in told.items() if k != "sharedBy" or not change} | change
        url = f"{member.url}/ocm/shares"
        if status in {404, 405}:
            async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
                answer = await client.get(url if status == 405 else f"{member.url}/ocm/other")
        else:
            answer = await cloud.post(url, told)
        assert answer.status_code == status
        if status != 404:  # which the whole service answers, with a page
            jsonschema.validate(answer.json(), REFUSED)
            assert answer.headers["Content-Type"].startswith("application/json")
        assert ("Retry-After" in answer.headers) == (status == 429)


async def test_what_we_tell_others(tmp_path: Path, old: Nextcloud28) -> None:
    with Ocis(tmp_path) as ocis:
        (ocis.root / "app.ipynb").write_text("{}")
        (tmp_path / "data").mkdir()
        old.forget()
        async with joined(tmp_path / "data", [trusted(ocis), trusted(old)]) as member:
            for one in (ocis, old):
                await member.take(one, one.root)
                (heard,) = one.heard
                jsonschema.validate(heard, ACCEPTED)
            ocis.invitations["let-me-in"] = {}
            assert await member.mesh.inviter.accept("let-me-in", ocis.host) == f"marie@{ocis.host}"
            jsonschema.validate(ocis.invitations["let-me-in"], INVITED)
            with pytest.raises(InvitationTaken):
                await member.mesh.inviter.accept("let-me-in", ocis.host)


@pytest.mark.parametrize("depth", [50, 900, 5_000])
@pytest.mark.parametrize("field", ["protocol", "notification", "unknown"])
async def test_however_deep(member: Member, cloud: Nextcloud28, depth: int, field: str) -> None:
    """What is nested is no matter of ours, or too deep for anybody."""
    told = cloud.share(cloud.root, member.address)
    nested = "[" * depth + "]" * depth
    if field == "protocol":
        told["protocol"]["more"] = "@@"
    told |= {} if field == "protocol" else {field: {"more": "@@"}}
    body = json.dumps(told).replace('"@@"', nested).encode()
    answer = await cloud.post(f"{member.url}/ocm/shares", body)
    assert answer.status_code == (201 if depth < 900 else answer.status_code)
    assert answer.status_code in {201, 400}
    jsonschema.validate(answer.json(), CREATED if answer.status_code == 201 else WRONG)


async def test_codes_that_we_never_gave(member: Member) -> None:
    form = {"grant_type": "authorization_code", "client_id": "x", "code": "y"}
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 (http)
        answer = await client.post(f"{member.url}/ocm/token", data=form)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


async def test_an_invitation_that_was_accepted(member: Member, cloud: Nextcloud28) -> None:
    await member.mesh.store.contacts.invite("let-me-in", time.time() + 60)
    told = {
        "recipientProvider": cloud.url,
        "token": "let-me-in",
        "userID": "alice",
        "email": "alice@example.org",
        "name": "Alice",
    }
    answer = await cloud.post(f"{member.url}/ocm/invite-accepted", told)
    assert answer.status_code == 200
    assert answer.json() == {"userID": "dashboards", "email": "", "name": "VaaS"}
    jsonschema.validate(answer.json(), CONTACT)
    (contact,) = await member.mesh.store.contacts.all()
    assert contact.address == f"alice@{cloud.host}"
    again = await cloud.post(f"{member.url}/ocm/invite-accepted", told)
    assert again.status_code == 409
    unknown = await cloud.post(f"{member.url}/ocm/invite-accepted", told | {"token": "other"})
    assert unknown.status_code == 400
    stranger = told | {"recipientProvider": "elsewhere.example.org"}
    refused = await cloud.post(f"{member.url}/ocm/invite-accepted", stranger)
    assert refused.status_code == 403


async def test_many_at_once(member: Member, cloud: Nextcloud28) -> None:
    """Ten shares, each announced four times at the same moment."""
    told = [cloud.share(cloud.root, member.address) for _ in range(10)] * 4
    url = f"{member.url}/ocm/shares"
    answers = await asyncio.gather(*(cloud.post(url, one) for one in told))
    assert {answer.status_code for answer in answers} == {201}
    await member.keeper.settled()
    assert {share.state for share in await member.all()} == {"open"}
    assert len(await member.all()) == 10
    assert len(cloud.heard) == 10
