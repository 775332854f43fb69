"""What who shared something does: comes to their page, and acts there."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path
from typing import Any

from tests.contracts.clouds import Cloud
from tests.service.harness import Page, Stage, Viewer, code

DATA = "the dike is 7.31 m high"


def folder(cloud: Cloud, name: str, text: str = DATA) -> Path:
    path = cloud.root / name
    (path / "deep").mkdir(parents=True, exist_ok=True)
    (path / "dike.txt").write_text(text)
    (path / "app.ipynb").write_text(code("print(open('dike.txt').read())"))
    (path / "deep" / "100 %.ipynb").write_text(code("print('deep')"))
    return path


async def announce(stage: Stage, cloud: Cloud, name: str) -> tuple[dict[str, Any], str]:
    """Share a folder with the service; what was announced, and what its sender is told."""
    announced = cloud.share(folder(cloud, name), f"dashboards@{stage.url.split('/')[2]}")
    answer = await cloud.post(f"{stage.url}ocm/shares", announced)
    assert answer.status_code == 201, answer.text
    return announced, answer.json()["message"]


async def until(stage: Stage, event: str, count: int = 1) -> None:
    """Wait until the service has logged something."""
    async with asyncio.timeout(20):
        while len(stage.heard(event)) < count:  # noqa: ASYNC110 - the log tells nobody
            await asyncio.sleep(0.02)


def page_in(stage: Stage, message: str) -> str:
    """The path of the owner's page in a message."""
    found = re.search(r"/ocm/mine\?key=\S+", message)
    assert found, message
    return found[0]


async def enter(viewer: Viewer, signed: str) -> Page:
    """Come to the page by a signed address."""
    first = await viewer.get(signed)
    assert (first.status, first.headers["Location"]) == (302, "/ocm/mine"), first.text
    return await viewer.get("/ocm/mine")


async def waiting(stage: Stage, viewer: Viewer, cloud: Cloud, name: str) -> tuple[Any, str]:
    """A share that waits for its sender, who looks at it; what was announced, and its id."""
    before = len(stage.heard("share_waits"))
    announced, message = await announce(stage, cloud, name)
    await until(stage, "share_waits", before + 1)
    page = await enter(viewer, page_in(stage, message))
    return announced, share_id(page, name)


async def opened(stage: Stage, viewer: Viewer, cloud: Cloud, name: str) -> tuple[Any, str]:
    """A share that its sender accepted; what was announced, and its id."""
    announced, share = await waiting(stage, viewer, cloud, name)
    assert (await act(viewer, share, "accept")).status == 303
    await until(stage, "share_open")
    return announced, share


def share_id(page: Page, name: str) -> str:
    found = re.search(rf'id="share-(\w+)-name">{re.escape(html.escape(name))}<', page.text)
    assert found, page.text
    return found[1]


def states(page: Page) -> dict[str, str]:
    """State of each share, by name."""
    found = re.findall(r'-name">([^<]*)</h2>\s*<p [^>]*data-state="(\w+)"', page.text)
    return {html.unescape(name): state for name, state in found}


async def act(viewer: Viewer, share: str, do: str, **form: str) -> Page:
    headers = {"Origin": form.pop("origin", viewer.url)}
    answer = await viewer.client.post(f"/ocm/mine/{share}", data={"do": do} | form, headers=headers)
    return Page(answer.status_code, answer.headers, answer.text)
