"""Dashboards in other sites' frames, as headers tell it to browsers."""

from __future__ import annotations

import re

import pytest

from tests.service.harness import Page, Stage, Viewer, code
from vaas.web import dashboards

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

ALLOWED = "frame-ancestors cloud.example.org *.box.test"
NOBODY = "frame-ancestors 'none'"
FRAME = {"Sec-Fetch-Dest": "iframe"}
MANIFEST = (
    'embed = ["cloud.example.org", "*.box.test"]\n[parameters.x]\ntype = "integer"\ndefault = 1'
)
BOOK = {"a.ipynb": code("x"), "vaas.toml": MANIFEST}


def allowed(page: Page) -> str:
    return re.findall("frame-ancestors [^;]*", page.headers["Content-Security-Policy"])[0]


async def test_for_frames_alone(stage: Stage, viewer: Viewer) -> None:
    address = stage.share(BOOK)
    asked = [("", {}, NOBODY), ("?vaas=embed", {}, ALLOWED), ("", FRAME, ALLOWED)]
    for query, headers, ancestors in [*asked, ("?vaas=plain", FRAME, ALLOWED)]:
        page = await viewer.get(address + query, **headers)
        await viewer.leave(page.kernel)
        assert allowed(page) == ancestors
        bar = '<details class="vaas-parameters"' in page.text
        assert bar == (query == "")


async def test_the_other_pages_of_a_share(stage: Stage, viewer: Viewer) -> None:
    several = stage.share(BOOK | {"b.ipynb": code("1")})
    for query in ("", "a.ipynb?x=y&", "a.ipynb?vaas=source&"):
        page = await viewer.get(f"{several}{query or '?'}vaas=embed")
        assert allowed(page) == ALLOWED
        assert "<header" not in page.text
    page = await viewer.get(f"{several}?vaas=embed")
    assert f'href="{several}b.ipynb?vaas=embed"' in page.text
    page = await viewer.get(f"{several}a.ipynb?vaas=embed&x=y")
    assert 'type="hidden" name="vaas" value="embed"' in page.text
    page = await viewer.get(f"{several}%ff?vaas=%ff")
    assert (page.status, page.failure) == (400, "refused")


async def test_what_is_not_known_to_be_allowed_is_not(stage: Stage, viewer: Viewer) -> None:
    locked = stage.share(BOOK, password="open")
    for address in (locked, "/", f"/password?next={locked}", stage.notebook(code("1"))):
        page = await viewer.get(address, **FRAME)
        assert allowed(page) == NOBODY


async def test_a_page_that_tells_its_progress_waits_for_the_manifest(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboards, "PATIENCE", 0.0)
    page = await viewer.get(stage.share(BOOK), **FRAME)
    await viewer.leave(page.kernel)
    assert allowed(page) == ALLOWED
    assert "vaasPhase(" in page.text


async def test_websockets_and_posts_are_ours_alone_as_before(stage: Stage, viewer: Viewer) -> None:
    page = await viewer.get(stage.share(BOOK), **FRAME)
    with pytest.raises(Exception, match="403"):
        async with viewer.line(page.kernel, origin="https://cloud.example.org"):
            pass
    for headers in (
        {"Origin": "https://cloud.example.org"},
        {"Origin": viewer.url, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = await viewer.client.post(f"/voila/api/shutdown/{page.kernel}", headers=headers)
        assert answer.status_code == 403
    await viewer.leave(page.kernel)
