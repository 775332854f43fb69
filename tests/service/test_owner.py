"""The page of who shared something: what they see there, and what becomes of it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.contracts.clouds import Nextcloud28, Strict14, settings_of
from tests.contracts.integrators import Receiver
from tests.contracts.servers import free_port
from tests.service.harness import Stage, Viewer, code, staged, until_ended
from tests.service.owning import (
    DATA,
    act,
    announce,
    enter,
    opened,
    page_in,
    share_id,
    states,
    until,
    waiting,
)
from tests.traces import holding
from vaas.mesh import owners

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nextcloud28]:
    with Nextcloud28(tmp_path_factory.mktemp("old")) as found:
        yield found


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict14]:
    with Strict14(tmp_path_factory.mktemp("strict")) as found:
        yield found


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with Receiver(tmp_path_factory.mktemp("receiver")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(old: Nextcloud28, strict: Strict14, receiver: Receiver) -> AsyncIterator[Stage]:
    port = free_port()
    peers = settings_of(old, strict, receiver)
    async with staged(
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        ocm={"enabled": True, "peer": peers, "accept": "asked"},
        kernel={"templates": 0},
    ) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def viewer(stage: Stage) -> AsyncIterator[Viewer]:
    stage.said.clear()
    async with stage.viewer() as found:
        yield found
    assert not stage.heard("failed")
    assert not stage.heard("mesh_failed")


async def test_from_the_question_to_the_end(stage: Stage, old: Nextcloud28, viewer: Viewer) -> None:
    announced, message = await announce(stage, old, "Dikes & <co>")
    await until(stage, "share_waits")
    assert "/ocm/s/" not in message
    assert not old.heard
    page = await enter(viewer, page_in(stage, message))
    assert states(page) == {"Dikes & <co>": "asked"}
    assert "deep/100 %.ipynb" in page.text
    share = share_id(page, "Dikes & <co>")
    async with stage.viewer() as somebody:
        assert (await somebody.get(f"/ocm/s/{share}/")).failure == "hidden"

    done = await act(viewer, share, "accept")
    where = f"/ocm/mine?page=1&done=accept&share={share}#share-{share}"
    assert (done.status, done.headers["Location"]) == (303, where)
    assert "Accepted. Your cloud is told" in (await viewer.get(where)).text
    await until(stage, "share_open")
    told = old.heard[0]["notification"]["message"]
    assert old.heard[0]["notificationType"] == "SHARE_ACCEPTED"
    signed = re.search(r"/ocm/s/\S+", told)
    assert signed
    page = await enter(viewer, page_in(stage, told))
    assert states(page) == {"Dikes & <co>": "open"}
    assert html.escape(signed[0]) in page.text or signed[0] in page.text

    links = dict(re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', page.text))
    assert list(links.values()) == ["app.ipynb", "deep/100 %.ipynb"]
    for address, text in zip(links, (DATA, "deep"), strict=True):
        first = await viewer.get(html.unescape(address))
        assert first.status == 302
        assert (await viewer.view(first.headers["Location"])).texts(0) == f"{text}\n"

    dashboard = await viewer.get(f"/ocm/s/{share}/app.ipynb")
    async with viewer.line(dashboard.kernel) as line:
        await line.until("vaas_ready")
        assert holding(stage.data, DATA)
        assert (await act(viewer, share, "decline")).status == 303
        await line.until_closed()
    assert (await until_ended(viewer, dashboard.kernel))["error"]["code"] == "withdrawn"
    page = await viewer.get("/ocm/mine")
    assert states(page) == {"Dikes & <co>": "gone"}
    assert "as you wished" in page.text
    assert old.heard[-1]["notificationType"] == "SHARE_DECLINED"
    secret = announced["protocol"]["options"]["sharedSecret"]
    assert old.heard[-1]["notification"]["sharedSecret"] == secret
    await until(stage, "share_erased")
    assert not holding(stage.data, DATA)
    assert not holding(stage.data, "Dikes")
    assert not holding(stage.data, secret)
    assert (await viewer.get(f"/ocm/s/{share}/")).failure == "withdrawn"
    keys = [page_in(stage, one).partition("=")[2] for one in (message, told)]
    assert not [one for one in stage.said for key in (secret, *keys) if key in repr(one)]
    assert (await act(viewer, share, "accept")).failure == "unknown"


async def test_what_waits_is_not_shown_even_by_its_address(
    stage: Stage, old: Nextcloud28, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced, share = await waiting(stage, viewer, old, "Waits")
    page = await viewer.get("/ocm/mine")
    assert f"/ocm/s/{share}" not in page.text
    monkeypatch.setattr(stage.front.received, "_visible", "listed")
    assert "Waits" not in (await viewer.get("/")).text
    assert (await viewer.get(f"/ocm/s/{share}/")).failure == "waiting"
    assert (await viewer.get(f"/ocm/s/{share}/p.png")).failure == "waiting"
    # Announced again it waits still.
    await old.post(f"{stage.url}ocm/shares", announced)
    assert (await viewer.get(f"/ocm/s/{share}/")).failure == "waiting"
    assert (await act(viewer, share, "decline")).status == 303
    assert old.heard[-1]["notificationType"] == "SHARE_DECLINED"


async def test_a_person_whose_cloud_signs_sees_all_of_theirs(
    stage: Stage, strict: Strict14, old: Nextcloud28, viewer: Viewer
) -> None:
    await announce(stage, strict, "One")
    announced, message = await announce(stage, strict, "Two")
    await announce(stage, old, "Of another cloud")
    await until(stage, "share_waits", 3)
    page = await enter(viewer, page_in(stage, message))
    assert states(page) == {"One": "asked", "Two": "asked"}
    assert f"alice@{strict.host}" in page.text
    two = share_id(page, "Two")
    await act(viewer, two, "accept")
    await until(stage, "share_open")
    await strict.post(f"{stage.url}ocm/notifications", strict.unsharing(announced))
    await until(stage, "share_erased")
    page = await viewer.get("/ocm/mine")
    assert states(page) == {"Two": "gone", "One": "asked"}
    assert "its cloud says that it is no longer shared" in page.text


async def test_shares_whose_clouds_do_not_sign_are_seen_together(
    stage: Stage, old: Nextcloud28, viewer: Viewer
) -> None:
    for name in ("First", "Second"):
        await waiting(stage, viewer, old, name)
    assert states(await viewer.get("/ocm/mine")) == {"First": "asked", "Second": "asked"}
    out = await viewer.client.post("/ocm/logout", headers={"Origin": viewer.url})
    assert out.status_code == 303
    assert (await viewer.get("/ocm/mine")).status == 401


async def test_a_new_address_ends_the_old_one(
    stage: Stage, old: Nextcloud28, viewer: Viewer
) -> None:
    _, share = await opened(stage, viewer, old, "Renewed")

    async def address() -> str:
        page = await viewer.get("/ocm/mine")
        found = re.search(rf'value="http[^"]*(/ocm/s/{share}/\?key=[^"]+)"', page.text)
        assert found
        return html.unescape(found[1])

    before = await address()
    async with stage.viewer() as guest:
        assert (await guest.get(before)).status == 302
        assert (await guest.get(f"/ocm/s/{share}/app.ipynb?vaas=source")).status == 200
        assert (await act(viewer, share, "renew")).status == 303
        after = await address()
        assert after != before
        assert (await guest.get(f"/ocm/s/{share}/app.ipynb?vaas=source")).failure == "hidden"
        assert (await guest.get(before)).failure == "hidden"
        assert (await guest.get(after)).status == 302
        assert (await guest.get(f"/ocm/s/{share}/app.ipynb?vaas=source")).status == 200


async def test_its_dashboards_are_shared_on_and_taken_back(
    stage: Stage, old: Nextcloud28, receiver: Receiver, viewer: Viewer
) -> None:
    _, share = await waiting(stage, viewer, old, "Passed on")
    bob = f"bob@{receiver.host}"
    assert (await act(viewer, share, "send", typed=bob)).status == 422  # not accepted yet
    assert (await act(viewer, share, "accept")).status == 303
    for typed, words in (("bob", "no address"), ("bob@x.example.org", "takes no shares from")):
        wrong = await act(viewer, share, "send", typed=typed)
        assert (wrong.status, words in wrong.text, typed in wrong.text) == (422, True, True)
    assert receiver.taken == []
    assert (await act(viewer, share, "send", typed=bob)).status == 303
    sent = receiver.taken[-1]
    assert sent["shareWith"] == bob
    page = await viewer.get("/ocm/mine")
    assert bob in page.text
    assert receiver.app["sharedSecret"] not in page.text
    for number in ("0" * 32, sent["providerId"]):
        assert (await act(viewer, share, "unsend", typed=number)).status == 303
    assert bob not in (await viewer.get("/ocm/mine")).text
    assert receiver.heard[-1]["notificationType"] == "SHARE_UNSHARED"


async def test_a_cell_that_fails_is_told_to_its_author(
    stage: Stage, old: Nextcloud28, viewer: Viewer
) -> None:
    _, share = await opened(stage, viewer, old, "Fails")
    (old.root / "Fails" / "app.ipynb").write_text(code("1 + 1", "x = 1\nraise ValueError('<b>7')"))
    signed = re.search(rf"/ocm/s/{share}/\?key=\S+", old.heard[-1]["notification"]["message"])
    assert signed
    await viewer.get(signed[0])
    line = await viewer.view(f"/ocm/s/{share}/app.ipynb")
    assert "ValueError" not in repr(line.heard)
    page = await viewer.get("/ocm/mine")
    assert "A cell of “app.ipynb” fails" in page.text
    assert "cell 2, line 2: ValueError: &lt;b&gt;7" in page.text


async def test_what_went_wrong_is_told_to_who_can_mend_it(
    stage: Stage, old: Nextcloud28, viewer: Viewer
) -> None:
    announced, share = await opened(stage, viewer, old, "Broken")
    (old.root / "Broken" / "app.ipynb").write_text("{]")
    signed = re.search(rf"/ocm/s/{share}/\?key=\S+", old.heard[-1]["notification"]["message"])
    assert signed
    await viewer.get(signed[0])
    assert (await viewer.get(f"/ocm/s/{share}/app.ipynb")).failure == "notebook_invalid"
    page = await viewer.get("/ocm/mine")
    assert re.search(r"Last trouble, \d.* UTC: [^<]*<code>[^<]*app.ipynb", page.text), page.text
    old.unsharing(announced)  # without a word
    await viewer.get(f"/ocm/s/{share}/")
    await until(stage, "share_missing")
    page = await viewer.get("/ocm/mine")
    assert states(page) == {"Broken": "missing"}
    assert "Not found for now, since" in page.text


async def test_a_cloud_that_does_not_answer_holds_no_page(
    stage: Stage, old: Nextcloud28, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waiting(stage, viewer, old, "Slow")
    monkeypatch.setattr(owners, "_LISTED_WITHIN", 0.0)
    monkeypatch.setattr(owners, "_LISTED_FOR", 0.0)
    page = await viewer.get("/ocm/mine")
    assert "does not tell now" in page.text
    assert states(page) == {"Slow": "asked"}


async def test_many_shares_come_in_pages(
    stage: Stage, old: Nextcloud28, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Page A", "Page B"):
        await waiting(stage, viewer, old, name)
    monkeypatch.setattr(owners, "A_PAGE", 1)
    first, second = [await viewer.get(f"/ocm/mine?page={one}") for one in (1, 2)]
    assert len(states(first)) == len(states(second)) == 1
    assert states(first) != states(second)
    for odd in ("0", "3", "-1", "x", "9" * 30):
        assert (await viewer.get(f"/ocm/mine?page={odd}")).status == 200


async def test_a_contact_is_shown_and_removed(
    stage: Stage, strict: Strict14, viewer: Viewer
) -> None:
    inviter = stage.front.inviter
    assert inviter
    made, _ = await inviter.invite(strict.host)
    token = base64.b64decode(made).decode().rpartition("@")[0]
    about = {"recipientProvider": strict.host, "token": token, "userID": "alice"}
    about |= {"name": "Alice Adams", "email": "a@example.org"}
    answer = await strict.post(f"{stage.url}ocm/invite-accepted", about)
    assert answer.status_code == 200
    _, message = await announce(stage, strict, "With a contact")
    page = await enter(viewer, page_in(stage, message))
    assert "Your cloud is connected" in page.text
    assert "Alice Adams" in page.text
    gone = await viewer.client.post("/ocm/mine/contact", headers={"Origin": viewer.url})
    assert gone.status_code == 303
    assert "Alice Adams" not in (await viewer.get("/ocm/mine")).text
    assert not holding(stage.data, "Alice Adams")


async def test_nobody_acts_without_a_pass_or_from_elsewhere(
    stage: Stage, old: Nextcloud28, viewer: Viewer
) -> None:
    _, share = await waiting(stage, viewer, old, "Guarded")
    evil = "https://evil.example.org"
    for do in ("accept", "decline", "renew", "invite"):
        assert (await act(viewer, share, do, origin=evil)).status == 403
    for path in ("/ocm/mine/contact", "/ocm/logout"):
        answer = await viewer.client.post(path, headers={"Origin": evil})
        assert answer.status_code == 403
    assert (await act(viewer, share, "nonsense")).status == 400
    assert (await act(viewer, "0" * 32, "accept")).failure == "unknown"
    async with stage.viewer() as nobody:
        assert (await nobody.get("/ocm/mine")).status == 401
        assert (await nobody.get("/ocm/mine?key=AAAA")).status == 401
        assert (await viewer.get("/ocm/mine?key=AAAA")).status == 302  # they were here before
        for do in ("accept", "decline", "renew"):
            assert (await act(nobody, share, do)).status == 401
        await waiting(stage, nobody, old, "Of another")
        assert (await act(nobody, share, "decline")).failure == "unknown"
    assert states(await viewer.get("/ocm/mine")) == {"Guarded": "asked"}


async def test_where_all_is_encrypted_no_neighbour_sets_the_cookie() -> None:
    async with (
        staged(public_url="https://d.example.org", ocm={"enabled": True}) as stage,
        stage.viewer() as viewer,
    ):
        entry = stage.front.received
        made = entry.passes.of_person("alice@cloud.example.org")  # type: ignore[union-attr]
        page = await viewer.get(f"/ocm/mine?key={made}")
        (cookie,) = page.headers.get_list("Set-Cookie")
        assert cookie.startswith(f"__Host-vaas-person={made};")
        about = {one.strip().lower() for one in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= about
        assert not [one for one in about if one.startswith("domain")]


async def test_where_nothing_is_taken_there_is_no_such_page() -> None:
    async with staged() as stage, stage.viewer() as viewer:
        for path in ("/ocm/mine", f"/ocm/s/{'0' * 32}/"):
            assert (await viewer.get(path)).status == 404
        assert (await viewer.get("/ocm/login")).failure == "login_failed"
