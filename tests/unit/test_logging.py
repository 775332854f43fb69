"""What never stands in a log, however it got there."""

from __future__ import annotations

import pytest
import structlog

from vaas.observability import configure_logging, logger
from vaas.observability.logging import redact


@pytest.mark.parametrize(
    "text",
    [
        "GET /ocm/s/s3cr3t/app.ipynb",
        "GET /ocm/s/s3cr3t",
        "https://d.example.org/ocm/s/0123/?key=s3cr3t",
        "https://c.example.org/accept?token=s3cr3t&providerDomain=x",
        "POST /x?a=1&code=s3cr3t",
        "https://c.example.org/s/s3cr3t",
        "https://alice:s3cr3t@c.example.org/",
    ],
)
def test_addresses_lose_what_opens(text: str) -> None:
    event = redact(None, "info", {"event": "x", "detail": text})
    assert "s3cr3t" not in str(event)


def test_who_has_spoken_before_follows_what_is_settled_later() -> None:
    speaker, kept = logger("vaas.somebody"), structlog.get_config()
    try:
        for _ in range(2):
            configure_logging(as_json=False, level="ERROR")
            speaker.info("not written")
        with structlog.testing.capture_logs() as heard:
            speaker.info("heard")
    finally:
        structlog.configure(**kept)
    assert [one["event"] for one in heard] == ["heard"]
