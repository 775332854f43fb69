"""Tokens, passwords and kernels' ids stand nowhere but where they are needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import pytest
import pytest_asyncio

from tests.service.command import Running, running
from tests.service.harness import Viewer, code, until_ended
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

PASSWORD = "sesame-Open-4711"
WRONG = "wrong-Pass-word-99"
TOKENS = {
    "nextcloud": "NextTokenSecret",
    "ocis": "OcisTokenSecret",
    "owncloud": "OwncTokenSecret",
    "reva": "RevaTokenSecret",
    "seafile": "5ecde7a11ce5bad0cafe",
}
BOOK = code(
    "import os; print(dict(os.environ), open('/proc/self/cmdline').read())",
    "import sys; print('x', file=sys.stderr)",
    "raise ValueError(os.getcwd(), os.environ)",
)


@dataclass
class Seen:
    """What could be seen from outside while dashboards were opened."""

    log: str = ""
    processes: str = ""
    kernels: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    metrics: str = ""
    ids: list[str] = field(default_factory=list)
    cookie: str = ""


async def visit(served: Running, cloud: DemoEfss, seen: Seen) -> None:
    """Open a dashboard of each product, a protected one, and addresses that fail."""
    async with Viewer(served.url) as viewer, Viewer(served.url) as stranger:
        for product, token in TOKENS.items():
            link = cloud.add_link(product, "folder", token=token)
            await watch(served, viewer, canonical_path(parse_link(link)), seen)
        locked = cloud.add_link("nextcloud", "folder", token="LockedLinkToken", password=PASSWORD)
        address = canonical_path(parse_link(locked))
        for word in (WRONG, PASSWORD):
            form = {"next": address, "password": word}
            answer = await viewer.client.post(
                "/password", data=form, headers={"Origin": viewer.url}
            )
            seen.pages[f"password {word == PASSWORD}"] = answer.text
        seen.cookie = viewer.client.cookies["vaas-viewer"]
        await watch(served, viewer, address, seen)
        seen.pages["open"] = (await stranger.get(f"/open?link={quote(locked, safe='')}")).text
        seen.pages["missing"] = (
            await stranger.get(address.replace("LockedLink", "NoSuchLink"))
        ).text
        cloud.maintenance("nextcloud", on=True)
        seen.pages["maintenance"] = (await stranger.get(address)).text
        seen.pages["home"] = (await stranger.get("/")).text
        seen.metrics = (await stranger.get("/metrics")).text + (
            await stranger.get("/health/ready")
        ).text
        seen.pages["kernel"] = (await stranger.get(f"/api/kernels/{'0' * 32}")).text


async def watch(served: Running, viewer: Viewer, address: str, seen: Seen) -> None:
    page = await viewer.get(address)
    seen.ids.append(page.kernel)
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
        seen.kernels += line.texts(0)
        for process in served.family()[1:]:
            with contextlib.suppress(psutil.NoSuchProcess):
                seen.processes += " ".join(process.cmdline()) + "\n"
                seen.kernels += str(process.environ())
    await viewer.leave(page.kernel)
    await until_ended(viewer, page.kernel)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["text", "json"])
async def seen(request: pytest.FixtureRequest) -> AsyncIterator[Seen]:
    found = Seen()
    with tempfile.TemporaryDirectory() as folder, DemoEfss(Path(folder)) as cloud:
        (Path(folder) / "folder").mkdir()
        (Path(folder) / "folder" / "app.ipynb").write_text(BOOK)
        config = Path(folder) / "vaas.toml"
        config.write_text(
            f'port = 0\ndata = "{folder}/data"\nlog_level = "DEBUG"\nlog_format = "{request.param}"\n'
            f'[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\ninsecure = true\nprivate = true\n'
        )
        async with running("serve", "--config", str(config)) as served:
            await visit(served, cloud, found)
            await served.end()
            found.log = await asyncio.to_thread(served.log.read_text)
        if request.param == "json":
            assert [json.loads(line) for line in found.log.splitlines() if line.startswith("{")]
    yield found


SECRETS = [*TOKENS.values(), PASSWORD, WRONG, "LockedLinkToken", "NoSuchLinkToken"]


async def test_the_log_holds_no_secret(seen: Seen) -> None:
    assert "cell_failed" in seen.log
    assert "ValueError" in seen.log
    assert "session_ended" in seen.log
    for secret in [*SECRETS, *seen.ids, seen.cookie]:
        assert secret not in seen.log, next(ln for ln in seen.log.splitlines() if secret in ln)


async def test_no_process_is_started_with_a_secret(seen: Seen) -> None:
    assert len(seen.processes.splitlines()) >= len(seen.ids)
    for secret in [*SECRETS, *seen.ids, seen.cookie]:
        assert secret not in seen.processes


async def test_kernels_know_no_secret(seen: Seen) -> None:
    assert "VAAS_SHARE_NAME" in seen.kernels
    for secret in [*SECRETS, *seen.ids, seen.cookie]:
        assert secret not in seen.kernels


async def test_metrics_and_health_name_nobody(seen: Seen) -> None:
    assert "vaas_launches_total" in seen.metrics
    for secret in [*SECRETS, *seen.ids, seen.cookie, "folder", "127.0.0.1"]:
        assert secret not in seen.metrics


async def test_pages_do_not_repeat_passwords(seen: Seen) -> None:
    for page in seen.pages.values():
        for secret in (PASSWORD, WRONG, seen.cookie, *seen.ids):
            assert secret not in page
    for name in ("home", "kernel", "open"):
        for token in TOKENS.values():
            assert token not in seen.pages[name]
