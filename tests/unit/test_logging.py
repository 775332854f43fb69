"""What never stands in a log, however it got there."""

from __future__ import annotations

import pytest

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
