"""When shares are looked at again, and when not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.storage.readers import a_share, until
from vaas import watch
from vaas.errors import (
    DiskFull,
    EfssTooSlow,
    NotebookMissing,
    PasswordWrong,
    ShareChanged,
    ShareThrottled,
    VaasError,
)
from vaas.model import Share, ShareLink, Version
from vaas.watch import Watch

FAST = 0.01


def share(name: str = "one", tag: str = "1", host: str = "https://cloud.test") -> Share:
    link = ShareLink(host, name)
    return replace(a_share(), link=link, version=Version(link.fingerprint, tag))


class Page:
    """A session as far as watching needs one.

    ``told`` counts how often its page is told of a change, ``editors`` holds whom it is told of.
    """

    def __init__(self, share: Share, *, started: bool = True, path: str = "a.ipynb") -> None:
        self.share = share
        self.notebook = SimpleNamespace(path=path)
        self.recipe = SimpleNamespace(key=(share.version, path), notebook=self.notebook)
        self.state = "starting"
        self.told = 0
        self.editors: list[str] = []
        self.kernel: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if started:
            self.start()

    def start(self) -> None:
        channel = SimpleNamespace(inject=self._inject)
        self.kernel.set_result(SimpleNamespace(channel=channel))

    def _inject(self, kind: str, content: dict[str, str]) -> None:
        if kind == "vaas_editing":
            self.editors.append(content["who"])
            return
        assert kind == "vaas_changed"
        self.told += 1


class World:
    """What the watch asks, and what it is answered."""

    def __init__(self, recent: float = 0.0) -> None:
        self.tag = "1"
        self.errors: list[Exception] = []
        self.refused: list[Exception] = []
        self.asked: list[float] = []
        self.at_once: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.prepared: list[str] = []
        self.notebooks: list[str] = []
        self.gone = ""
        self.editors: dict[str, str] = {}
        self.asked_who: list[str] = []
        self.kept = True
        self.watch = Watch(self.look, self.prepare, self.editor, lambda _: self.kept, recent)  # type: ignore[arg-type]

    async def look(self, share: Share) -> Share:
        host = share.link.host
        self.asked.append(asyncio.get_running_loop().time())
        self.at_once[host] = self.at_once.get(host, 0) + 1
        self.most[host] = max(self.most.get(host, 0), self.at_once[host])
        await asyncio.sleep(0)
        self.at_once[host] -= 1
        if self.errors:
            raise self.errors.pop(0)
        return replace(share, version=replace(share.version, tag=self.tag))

    async def prepare(self, older: Any, share: Share) -> None:
        if self.refused:
            raise self.refused.pop(0)
        self.notebooks.append(older.notebook.path)
        if older.notebook.path == self.gone:
            raise NotebookMissing("it was taken out")
        self.prepared.append(share.version.tag)

    async def editor(self, session: Page, _share: Share) -> str:
        path = session.notebook.path
        self.asked_who.append(path)
        if self.refused:
            raise self.refused.pop(0)
        return self.editors.get(path, "")

    def open(self, page: Page) -> Page:
        self.watch.add(page, FAST)  # type: ignore[arg-type]
        return page


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(watch, "APART", 0.0)
    monkeypatch.setattr(watch, "SHARE_OF_TIME", 0.0)
    monkeypatch.setattr(watch, "BUSY", 0.0)
    world = World()
    yield world
    await world.watch.close()


async def test_pages_of_an_older_state_are_told_once_it_is_fetched(world: World) -> None:
    one, two = world.open(Page(share())), world.open(Page(share(), started=False))
    await until(lambda: len(world.asked) > 2)
    assert (one.told, world.prepared) == (0, [])
    world.tag = "2"
    await until(lambda: one.told)
    assert world.prepared == ["2"]
    two.start()
    await until(lambda: two.told)
    three = world.open(Page(share(tag="2")))
    asked = len(world.asked)
    await until(lambda: len(world.asked) > asked + 2)
    assert (one.told, two.told, three.told) == (1, 1, 0)


async def test_all_that_is_looked_at_is_prepared_once_and_first_what_most_look_at(
    world: World,
) -> None:
    pages = [world.open(Page(share(), path=f"{name}.ipynb")) for name in "abcb"]
    world.tag, world.gone = "2", "b.ipynb"
    await until(lambda: all(page.told for page in pages))
    assert world.notebooks == ["b.ipynb", "a.ipynb", "c.ipynb"]


async def test_who_comes_with_a_newer_state_brings_the_news(world: World) -> None:
    one = world.open(Page(share()))
    world.tag = "2"
    world.open(Page(share(tag="2")))
    await until(lambda: one.told)
    assert world.prepared == []


async def test_the_last_one_ends_the_questions(world: World) -> None:
    pages = [world.open(Page(share())) for _ in range(2)]
    await until(lambda: world.asked)
    (watched,) = world.watch._watched.values()
    for page in pages:
        assert not watched.task.done()
        world.watch.remove(page)
    await until(watched.task.done)
    assert not world.watch._watched
    world.watch.remove(pages[0])


@pytest.mark.parametrize("error", [EfssTooSlow, ShareThrottled, DiskFull])
async def test_what_passes_is_asked_again_later(
    world: World, error: Callable[[str], VaasError]
) -> None:
    world.errors = [error("no") for _ in range(4)]
    page = world.open(Page(share()))
    world.tag = "2"
    await until(lambda: page.told)
    gaps = [b - a for a, b in zip(world.asked, world.asked[1:], strict=False)][:4]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 8 * FAST


async def test_as_long_as_it_is_asked_to_wait(world: World) -> None:
    world.errors = [ShareThrottled("later", retry_after=0.3)]
    world.open(Page(share()))
    await until(lambda: len(world.asked) > 1)
    assert world.asked[1] - world.asked[0] > 0.25


@pytest.mark.parametrize("error", [PasswordWrong("no"), RuntimeError("a fault of ours")])
async def test_what_only_people_can_change_is_asked_once(world: World, error: Exception) -> None:
    world.errors = [error]
    world.open(Page(share()))
    (watched,) = world.watch._watched.values()
    await until(watched.task.done)
    assert watched.task.exception() is None
    world.open(Page(share()))
    await until(lambda: len(world.asked) > 2)


async def test_what_cannot_be_fetched_is_not_offered(world: World) -> None:
    world.refused = [ShareChanged("again and again") for _ in range(12)]
    page = world.open(Page(share()))
    world.tag = "2"
    await until(lambda: not world.refused)
    assert page.told == 0
    await until(lambda: page.told, 2)


async def test_one_question_at_a_time_for_each_site(world: World) -> None:
    for host in ("https://one.test", "https://two.test"):
        for number in range(5):
            world.open(Page(share(f"share{number}", host=host)))
    await until(lambda: len(world.asked) > 40)
    assert world.most == {"one.test": 1, "two.test": 1}


async def test_zero_is_never(world: World) -> None:
    world.watch.add(Page(share()), 0)  # type: ignore[arg-type]
    assert not world.watch._watched


async def test_the_calmer_the_rarer() -> None:
    watched = watch._Watched(share(), 2.0, 0.0, [Page(share())])  # type: ignore[list-item]
    now = asyncio.get_running_loop().time()
    watched.changed = now
    assert watched.pause(0) == 2.0
    watched.changed = now - 200
    assert 3.9 < watched.pause(0) < 4.2
    watched.changed = now - 10_000
    assert watched.pause(0) == watch.SLOWEST
    watched.changed = now
    assert watched.pause(0.2) == pytest.approx(0.2 * watch.SHARE_OF_TIME)
    assert watched.pause(1.0) == watched.pause(60.0) == watch.SLOWEST
    watched.every = 60.0
    assert watched.pause(1.0) == 60.0


async def test_the_longer_nobody_looks_the_rarer() -> None:
    watched = watch._Watched(share(), 2.0, 0.0)
    watched.left = asyncio.get_running_loop().time()
    assert watched.pause(0) == 2.0 * watch.RARER
    assert watched.pause(60.0) == 60.0 * watch.SHARE_OF_TIME
    watched.left -= 3000
    assert 300 <= watched.pause(0) < 301


async def test_who_is_editing_is_asked_with_each_look_and_told_once(world: World) -> None:
    pages = [world.open(Page(share())), world.open(Page(share()))]
    other = world.open(Page(share(), path="b.ipynb"))
    world.editors = {"a.ipynb": "Marie"}
    await until(lambda: all(page.editors for page in pages))
    looks, asked = len(world.asked), len(world.asked_who)
    await until(lambda: len(world.asked) > looks + 5)
    assert len(world.asked_who) - asked <= 2 * (len(world.asked) - looks)
    assert [page.editors for page in pages] == [["Marie"], ["Marie"]]
    assert other.editors == []
    world.editors = {}
    await until(lambda: all(len(page.editors) > 1 for page in pages))
    assert [page.editors for page in pages] == [["Marie", ""]] * 2


async def test_who_comes_later_is_told_who_is_editing(world: World) -> None:
    world.editors = {"a.ipynb": "Marie"}
    first = world.open(Page(share()))
    await until(lambda: first.editors)
    late = world.open(Page(share(), started=False))
    assert late.editors == []
    late.start()
    await until(lambda: late.editors)
    assert late.editors == ["Marie"]


async def test_a_page_that_was_there_before_is_told_that_nobody_is(world: World) -> None:
    page = Page(share())
    page.state = "ready"
    world.open(page)
    await until(lambda: page.editors)
    assert page.editors == [""]


async def test_a_lock_that_cannot_be_asked_for_stops_nothing(world: World) -> None:
    world.editors = {"a.ipynb": "Marie"}
    page = world.open(Page(share()))
    await until(lambda: page.editors)
    world.refused = [EfssTooSlow("no answer")] * 3
    await until(lambda: not world.refused)
    world.tag = "2"
    await until(lambda: page.told)
    assert page.editors == ["Marie"]


@pytest.fixture
async def lasting(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Where shares are followed for an hour when nobody looks any more."""
    monkeypatch.setattr(watch, "APART", 0.0)
    monkeypatch.setattr(watch, "SHARE_OF_TIME", 0.0)
    world = World(recent=3600.0)
    yield world
    await world.watch.close()


async def left(world: World, *paths: str) -> None:
    """Somebody has looked at notebooks of a share, and has left."""
    pages = [world.open(Page(share(), path=path)) for path in paths]
    for page in pages:
        world.watch.remove(page)  # type: ignore[arg-type]


async def test_what_was_looked_at_lately_is_prepared_too(lasting: World) -> None:
    await left(lasting, "a.ipynb", "a.ipynb", "b.ipynb")
    page = lasting.open(Page(share(), path="c.ipynb"))
    lasting.tag = "2"
    await until(lambda: page.told)
    assert lasting.notebooks == ["c.ipynb", "a.ipynb", "b.ipynb"]
    lasting.watch.remove(page)  # type: ignore[arg-type]
    lasting.tag = "3"
    await until(lambda: lasting.prepared[-1] == "3")
    assert sorted(lasting.notebooks[3:]) == ["a.ipynb", "b.ipynb", "c.ipynb"]


async def test_where_nobody_looks_it_is_asked_rarely(lasting: World) -> None:
    await left(lasting, "a.ipynb")
    await until(lambda: len(lasting.asked) > 3)
    assert lasting.asked[3] - lasting.asked[2] > watch.RARER * FAST / 2


async def test_and_soon_again_when_somebody_does(
    lasting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RARER", 1e6)
    await left(lasting, "a.ipynb")
    # The one question that was to come all the same; the next would come in hours.
    await until(lambda: lasting.asked)
    lasting.tag = "2"
    page = lasting.open(Page(share()))
    await until(lambda: page.told)


async def test_it_is_no_longer_asked_when_nothing_is_kept_of_it(lasting: World) -> None:
    await left(lasting, "a.ipynb")
    await until(lambda: lasting.asked)
    lasting.kept = False
    await until(lambda: not lasting.watch._watched)


async def test_nor_when_that_was_long_ago(lasting: World) -> None:
    lasting.watch._recent = 0.2
    await left(lasting, "a.ipynb")
    await until(lambda: lasting.asked)
    await until(lambda: not lasting.watch._watched)


async def test_nor_when_only_people_can_change_what_is_wrong(lasting: World) -> None:
    lasting.errors = [PasswordWrong("no")]
    await left(lasting, "a.ipynb")
    await until(lambda: not lasting.watch._watched)
    assert len(lasting.asked) == 1


async def test_what_somebody_opened_by_their_own_rights_is_not_asked_for_others(
    lasting: World,
) -> None:
    page = Page(share())
    page.share = replace(page.share, link=replace(page.share.link, hint="opened"))
    lasting.open(page)
    lasting.watch.remove(page)  # type: ignore[arg-type]
    assert not lasting.watch._watched
