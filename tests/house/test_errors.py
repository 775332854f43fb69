"""The one error tree: drawn truly, with words for viewers, each with its HTTP status."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from vaas import errors
from vaas.errors import VaasError
from vaas.web.statuses import status_of

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, VaasError)
]
LEAVES = [kind for kind in KINDS if not kind.__subclasses__()]


def drawn() -> dict[str, str]:
    """Each name in the module's drawing, with the name above it."""
    picture = (errors.__doc__ or "").split("::\n")[1].split("\nEach class")[0]
    above: list[str] = []
    parents = {}
    for line in picture.strip("\n").splitlines():
        found = re.match(r"    ((?:│   |    |├── |└── )*)(\w+)", line)
        assert found, line
        depth = len(found[1]) // 4
        del above[depth:]
        parents[found[2]] = above[-1] if above else ""
        above.append(found[2])
    return parents


def test_drawing_is_the_tree() -> None:
    true = {kind.__name__: "" if kind is VaasError else kind.__mro__[1].__name__ for kind in KINDS}
    assert drawn() == true


def test_every_class_is_public() -> None:
    assert sorted(kind.__name__ for kind in KINDS) == errors.__all__


def below(kind: type[VaasError]) -> Iterator[type[VaasError]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_no_public_error_is_defined_elsewhere() -> None:
    importlib.import_module("vaas.cli")  # loads every room
    public = {kind for kind in below(VaasError) if not kind.__name__.startswith("_")}
    assert public == set(KINDS) - {VaasError}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_says_in_plain_words_what_happened_and_what_to_do(kind: type[VaasError]) -> None:
    assert re.fullmatch(r"[A-Z].*[^.!]", kind.title)
    assert re.fullmatch(r"[A-Z].*[.]", kind.advice)
    assert len(kind.title) <= 60
    assert len(kind.advice) <= 160
    jargon = r"\b(token|kernel|WebDAV|DAV|EFSS|ETag|HTTP|exception|traceback|HTTP \d+|null|None)\b"
    assert not re.search(jargon, f"{kind.title} {kind.advice}")
    assert kind.__doc__


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_leaves_differ_in_label_and_words(kind: type[VaasError]) -> None:
    assert "label" in vars(kind)
    assert [one.__name__ for one in KINDS if one.label == kind.label] == [kind.__name__]
    assert {"title", "advice"} & vars(kind).keys() or kind.title != VaasError.title


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_has_its_status(kind: type[VaasError]) -> None:
    status = HTTPStatus(status_of(kind("")))
    assert status >= HTTPStatus.BAD_REQUEST
    # 500 says that the fault is ours: true of the root and of wrong settings alone.
    ours = kind in (VaasError, errors.ConfigError)
    assert (status is HTTPStatus.INTERNAL_SERVER_ERROR) is ours


def test_detail_is_not_for_viewers() -> None:
    error = errors.ShareUnknown("answered 404 at cloud.example.org")
    assert error.detail not in f"{error.title} {error.advice}"
    assert str(errors.ShareUnknown()) == errors.ShareUnknown.title
