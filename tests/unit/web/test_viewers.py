"""Passwords belong to the viewer who gave them, for one share, for a while."""

from __future__ import annotations

from vaas.model import Secret, ShareLink
from vaas.web.viewers import Viewers

ONE = ShareLink("https://a.example", "tokenone", "x.ipynb")
SAME = ShareLink("https://a.example", "tokenone", "other/y.ipynb")
TWO = ShareLink("https://a.example", "tokentwo")


def test_a_password_is_the_viewers_own() -> None:
    viewers = Viewers()
    viewer = viewers.remember("", ONE, Secret("p"))
    assert viewers.password(viewer, ONE) == Secret("p")
    assert viewers.password(viewer, SAME) == Secret("p")
    assert viewers.password(viewer, TWO) is None
    assert viewers.password("", ONE) is None
    assert viewers.password("guess", ONE) is None


def test_a_cookie_cannot_be_chosen() -> None:
    viewers = Viewers()
    given = viewers.remember("chosen-by-an-attacker", ONE, Secret("p"))
    assert given != "chosen-by-an-attacker"
    assert len(given) >= 32
    assert viewers.password("chosen-by-an-attacker", ONE) is None


def test_a_known_viewer_keeps_the_cookie() -> None:
    viewers = Viewers()
    viewer = viewers.remember("", ONE, Secret("p"))
    assert viewers.remember(viewer, TWO, Secret("q")) == viewer
    assert viewers.password(viewer, ONE) == Secret("p")
    viewers.forget(viewer, ONE)
    viewers.forget("nobody", ONE)
    assert viewers.password(viewer, ONE) is None
    assert viewers.password(viewer, TWO) == Secret("q")


def test_passwords_are_forgotten_in_time() -> None:
    now = 0.0
    viewers = Viewers(clock=lambda: now)
    viewer = viewers.remember("", ONE, Secret("p"))
    now = 11 * 3600.0
    assert viewers.password(viewer, ONE)
    now = 13 * 3600.0
    assert viewers.password(viewer, ONE) is None


def test_the_oldest_viewers_are_forgotten_first() -> None:
    viewers = Viewers()
    first = viewers.remember("", ONE, Secret("p"))
    last = [viewers.remember("", ONE, Secret("p")) for _ in range(10_000)][-1]
    assert viewers.password(first, ONE) is None
    assert viewers.password(last, ONE)


def test_what_the_command_line_gave_holds_for_all() -> None:
    viewers = Viewers([(ONE, Secret("given"))])
    assert viewers.password("", ONE) == Secret("given")
    viewer = viewers.remember("", TWO, Secret("q"))
    assert viewers.password(viewer, ONE) == Secret("given")
