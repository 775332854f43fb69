"""``vaas.toml`` of a share: what is taken, what is refused, and where it says so."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.house.tree import ROOT
from tests.unit.storage.readers import FaultyReader, a_share
from vaas.errors import EfssTooSlow, ShareChanged
from vaas.kernels import Limits
from vaas.manifest import LARGEST, Manifest, parse
from vaas.manifests import Manifests, problems

README = (ROOT / "README.md").read_text()
WHOLE = next(
    text for text in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[limits]" in text
)


def told(text: str) -> list[str]:
    return [str(problem) for problem in problems(text.encode())]


def test_the_example_shows_every_key_and_is_right() -> None:
    assert told(WHOLE) == []
    found = parse(WHOLE.encode())
    assert found.model_fields_set == set(Manifest.model_fields)
    assert found.limits.model_fields_set == set(type(found.limits).model_fields)


def test_nothing_need_be_said() -> None:
    assert parse(b"") == Manifest()
    assert Manifest().limits.within(Limits()) == Limits()


def test_limits_only_go_down() -> None:
    limits = parse(b"[limits]\nmemory = 268435456\ncell = 5\nlife = 1e9").limits
    assert limits.within(Limits(cell=300.0)) == replace(Limits(), memory=256 << 20, cell=5)


@pytest.mark.parametrize(
    ("refresh", "least", "every"),
    [
        ("", 2.0, 2.0),
        ("refresh = 60", 2.0, 60.0),
        ("refresh = 1", 2.0, 2.0),
        ("refresh = 0", 2.0, 0.0),
        ("refresh = 60", 0.0, 0.0),
    ],
)
def test_looks_are_never_more_often_than_the_operator_has_it(
    refresh: str, least: float, every: float
) -> None:
    assert parse(refresh.encode()).every(least) == every


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('title = "A"\ntitel = "B"', 2, "titel"),
        ("# mine\n\n[limits]\nmemory = 'big'", 4, "limits.memory"),
        ("[limits]\nmemory = 1", 2, "limits.memory"),
        ("[limits]\ncpus = 0", 2, "limits.cpus"),
        ("limits.cpus = -1", 1, "limits.cpus"),
        ("title = 5", 1, "title"),
        ("refresh = '5'", 1, "refresh"),
        ("refresh = nan", 1, "refresh"),
        ("title = 'A'\nttl = 0", 2, "ttl"),
        ("ttl = '1 h'", 1, "ttl"),
        ("data = 'davfs'", 1, "data"),
        ("title = '''\na\nb'''\nentry = 'a.py'", 4, "entry"),
        ("entry = '../a.ipynb'", 1, "entry"),
        ("entry = '/a.ipynb'", 1, "entry"),
        ("thumbnail = 'a.exe'", 1, "thumbnail"),
        ("languages = [\n'en',\n'x!']", 1, "languages.1"),
        ("embed = ['https://a.test/']", 1, "embed.0"),
        ("environment = 'Eo!'", 1, "environment"),
        ("[parameters.year]\ntitle = 'Y'", 1, "parameters.year.type"),
        ("[parameters.year]\ntype = 'integer'\ndefault = 'x'", 1, "parameters.year"),
        ("[parameters.day]\ntype = 'date'\ndefault = 'x'", 1, "parameters.day"),
        ("[parameters.of]\ntype = 'choice'", 1, "parameters.of"),
        ("[parameters.of]\ntype = 'text'\nchoices = ['a']", 1, "parameters.of"),
        ("[parameters]\n'a b' = { type = 'text' }", 2, "parameters.a b.[key]"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, key: str) -> None:
    (found,) = problems(text.encode())
    assert (found.line, found.key) == (line, key)
    assert str(found).startswith(f"vaas.toml, line {line}: {key}: ")


def test_several_at_once() -> None:
    text = "titel = ''\n[limits]\nmemory = 1\n[parameters.x]\ntype = 'y'"
    assert [found.line for found in problems(text.encode())] == [3, 5, 1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"title = 'A'\nb = x", "vaas.toml, line 2: Invalid value"),
        (b"title = 'A'\nb = [", "vaas.toml, line 2: Invalid value (at end of document)"),
        (b"title = '\xff'", "vaas.toml: 'utf-8' codec"),
        (b"#" * (LARGEST + 1), "vaas.toml: larger than 32 KiB"),
        (b"a = " + b"[" * 10_000, "vaas.toml"),
    ],
)
def test_what_is_no_manifest_at_all(content: bytes, words: str) -> None:
    (found,) = problems(content)
    assert str(found).startswith(words)


async def test_it_is_read_once_for_each_version() -> None:
    reader = FaultyReader({"vaas.toml": b"title = 'One'", "sub/vaas.toml": b"title = 'Two'"})
    manifests = Manifests(reader)  # type: ignore[arg-type]
    for _ in range(3):
        assert (await manifests.of(a_share())).title == "One"
    assert (reader.lists, len(reader.reads)) == ([""], 1)
    reader.files["vaas.toml"] = b"title = 'Newer'"
    assert (await manifests.of(a_share("2"))).title == "Newer"


@pytest.mark.parametrize("content", [b"titel = ''", b"=", b"\xff", b"#" * 10_000_000, b"[" * 9_000])
async def test_a_wrong_one_says_nothing(content: bytes) -> None:
    reader = FaultyReader({"vaas.toml": content})
    assert await Manifests(reader).of(a_share()) == Manifest()  # type: ignore[arg-type]


async def test_none_and_folders_and_single_files() -> None:
    for files in ({"a.ipynb": b""}, {"vaas.toml/x": b""}):
        assert await Manifests(FaultyReader(files)).of(a_share()) == Manifest()  # type: ignore[arg-type]
    reader = FaultyReader({"vaas.toml": b"title = 'One'"})
    assert await Manifests(reader).of(a_share(is_file=True)) == Manifest()  # type: ignore[arg-type]
    assert reader.lists == []


async def test_what_goes_wrong_on_the_way() -> None:
    reader = FaultyReader({"vaas.toml": b"title = 'One'"})
    manifests = Manifests(reader)  # type: ignore[arg-type]
    reader.broken["vaas.toml"] = 0, ShareChanged("just now")
    assert await manifests.of(a_share()) == Manifest()
    reader.broken["vaas.toml"] = 0, EfssTooSlow("today")
    with pytest.raises(EfssTooSlow):
        await manifests.of(a_share("2"))
    assert (await manifests.of(a_share("2"))).title == "One"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ((), "en"),
        (("fr", "it"), "en"),
        (("fr", "PT-br"), "pt-BR"),
        (("pt-PT",), "pt-BR"),
        (("pt", "en"), "pt"),
        (("de-CH",), "de"),
    ],
)
def test_the_language_that_suits_a_viewer_best(wanted: tuple[str, ...], language: str) -> None:
    assert parse(b"languages = ['en', 'pt-BR', 'pt', 'de']").language(wanted) == language
