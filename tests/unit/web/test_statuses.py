"""Every error has a status, and every word that viewers read is there."""

from __future__ import annotations

import pytest

from vaas import errors
from vaas.web.statuses import status_of

KINDS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_and_words(kind: type[errors.VaasError]) -> None:
    assert 400 <= status_of(kind("detail")) < 600
    assert kind.title
    assert kind.advice.endswith(".")
    assert kind.label.replace("_", "").isalpha()
    assert "detail" not in kind.title + kind.advice


def test_labels_tell_errors_apart() -> None:
    labels = [kind.label for kind in KINDS if "label" in vars(kind)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.VaasError, 500),
        (errors.NotALink, 400),
        (errors.SiteNotAllowed, 403),
        (errors.EfssUnreachable, 502),
        (errors.EfssTooSlow, 504),
        (errors.ShareUnknown, 404),
        (errors.ShareExpired, 410),
        (errors.ShareThrottled, 429),
        (errors.ShareTooLarge, 413),
        (errors.DiskFull, 503),
        (errors.NotebookInvalid, 422),
        (errors.LanguageUnknown, 422),
        (errors.ServerFull, 503),
        (errors.SessionGone, 410),
    ],
)
def test_statuses_are_what_browsers_and_robots_expect(
    kind: type[errors.VaasError], status: int
) -> None:
    assert status_of(kind()) == status
