"""Which product answers: themed, shut off, or none at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.unit.shares import canned
from tests.unit.shares.canned import Host, Reply
from vaas.errors import EfssMaintenance, EfssUnreachable, NotAnEfss, ShareThrottled, VaasError
from vaas.model import ShareLink
from vaas.shares.client import OutboundClient
from vaas.shares.detect import Detector, Found


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def host() -> Iterator[Host]:
    with canned.host() as found:
        yield found


@pytest.fixture
async def client(host: Host) -> AsyncIterator[OutboundClient]:
    async with OutboundClient(host.policy()) as client:
        yield client


def status(version: str, productname: str, **more: object) -> Reply:
    told = {"installed": True, "version": version, "versionstring": version.rsplit(".", 1)[0]}
    return Reply(200, json.dumps(told | {"productname": productname} | more))


def ocm(provider: str, endpoint: str = "https://x/ocm") -> Reply:
    told = {"enabled": True, "apiVersion": "1.1", "endPoint": endpoint, "provider": provider}
    return Reply(200, json.dumps(told))


def ocs(data: object) -> Reply:
    return Reply(200, json.dumps({"ocs": {"meta": {"status": "ok"}, "data": data}}))


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        ({"status.php": status("31.0.5.1", "Nextcloud")}, Found("nextcloud", major=31)),
        ({"status.php": status("28.0.1.1", "Our Cloud")}, Found("nextcloud", major=28)),
        (
            {"status.php": status("10.0.0.1", "Our Cloud", extendedSupport=False)},
            Found("nextcloud", major=10),
        ),
        ({"status.php": status("10.15.0.2", "ownCloud")}, Found("owncloud")),
        ({"status.php": status("10.15.0.2", "Our Cloud")}, Found("owncloud")),
        ({"status.php": status("10.0.11.5", "reva")}, Found("reva")),
        ({"status.php": status("10.0.11.5", "Our Science Box")}, Found("reva")),
        ({"status.php": status("10.11.0.0", "Infinite Scale")}, Found("ocis")),
        ({"status.php": status("10.11.0.0", "Ours", productversion="7.1.0")}, Found("ocis")),
        ({"status.php": status("0.1.0.0", "x", product="OpenCloud")}, Found("ocis")),
        ({".well-known/ocm": ocm("Nextcloud")}, Found("nextcloud")),
        ({".well-known/ocm": ocm("Ours", "https://x/index.php/ocm")}, Found("nextcloud")),
        ({".well-known/ocm": ocm("CERNBox")}, Found("reva")),
        ({"api2/ping/": Reply(200, '"pong"')}, Found("seafile")),
        (
            {"ocs/v2.php/cloud/capabilities": ocs({"version": {"major": 30}})},
            Found("nextcloud", major=30),
        ),
        ({"ocs/v2.php/cloud/capabilities": ocs([])}, Found("owncloud")),
    ],
)
async def test_products(
    host: Host, client: OutboundClient, replies: dict[str, Reply], found: Found
) -> None:
    host.replies = {f"/sub/path/{path}": reply for path, reply in replies.items()}
    detector = Detector(client, host.policy())
    assert await detector.find(ShareLink(f"{host.url}/sub/path", "T")) == found


async def test_discovery_at_the_root_of_the_host(host: Host, client: OutboundClient) -> None:
    host.replies["/.well-known/ocm"] = ocm("Nextcloud")
    found = await Detector(client, host.policy()).find(ShareLink(f"{host.url}/cloud", "T"))
    assert found == Found("nextcloud")


async def test_one_probe_for_all_and_for_a_day(host: Host, client: OutboundClient) -> None:
    host.replies["/status.php"] = status("31.0.5.1", "Nextcloud")
    clock = Clock()
    detector = Detector(client, host.policy(), clock)
    links = [ShareLink(host.url, f"T{n}") for n in range(10)]
    await asyncio.gather(*map(detector.find, links))
    clock.now = 86_399
    await detector.find(links[0])
    assert len(host.asked) == 1
    clock.now = 86_401
    await detector.find(links[0])
    assert len(host.asked) == 2


async def test_what_is_known_is_not_asked(host: Host, client: OutboundClient) -> None:
    pinned = Detector(client, host.policy(product="reva", dav_root="/x/{token}"))
    assert await pinned.find(ShareLink(host.url, "T")) == Found("reva", "/x/{token}")
    plain = Detector(client, host.policy())
    assert await plain.find(ShareLink(host.url, "d.abcdef", "", "seafile")) == Found("seafile")
    assert await plain.find(ShareLink(host.url, "-", "", "webdav")) == Found("webdav")
    assert await plain.find(ShareLink("local:", "x", "", "local")) == Found("local")
    assert host.asked == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(200, "<html>welcome</html>"), NotAnEfss),
        (Reply(200, "[1, 2]"), NotAnEfss),
        (Reply(200, '{"installed": true}'), NotAnEfss),
        (Reply(500, "oops"), NotAnEfss),
        (Reply(503, "oops"), NotAnEfss),
        (Reply(200, "[" * 100_000), NotAnEfss),
        (Reply(429, "", {"Retry-After": "7"}), ShareThrottled),
        (Reply(503, "System in maintenance mode."), EfssMaintenance),
    ],
)
async def test_what_is_no_product(
    host: Host, client: OutboundClient, reply: Reply, error: type[VaasError]
) -> None:
    host.replies["/status.php"] = reply
    with pytest.raises(error):
        await Detector(client, host.policy()).find(ShareLink(host.url, "T"))


async def test_failures_are_kept_for_five_minutes(host: Host, client: OutboundClient) -> None:
    clock = Clock()
    detector = Detector(client, host.policy(), clock)
    place = ShareLink(host.url, "T")
    with pytest.raises(NotAnEfss):
        await detector.find(place)
    asked = len(host.asked)
    clock.now = 299
    with pytest.raises(NotAnEfss):
        await detector.find(place)
    assert len(host.asked) == asked
    host.replies["/status.php"] = status("31.0.5.1", "Nextcloud")
    clock.now = 301
    assert (await detector.find(place)).product == "nextcloud"


async def test_a_host_that_was_down_is_asked_again_soon(client: OutboundClient) -> None:
    clock = Clock()
    with canned.host() as gone:
        policy = gone.policy()
        place = ShareLink(gone.url, "T")
    async with OutboundClient(policy) as alone:
        detector = Detector(alone, policy, clock)
        for now in (0.0, 14.0, 16.0):
            clock.now = now
            with pytest.raises(EfssUnreachable):
                await detector.find(place)
