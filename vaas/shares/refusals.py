"""From a refusing answer to the error that says what it means.

Products of the ownCloud family speak through statuses, a few headers and the
texts of sabre/dav; what one product alone does is added in its own provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from vaas.errors import (
    EfssFailed,
    EfssMaintenance,
    FileDrop,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareExpired,
    ShareThrottled,
    ShareUnknown,
    VaasError,
)
from vaas.shares.client import Answer

_LONGEST_WAIT = 86_400.0

_BY_STATUS: Mapping[int, type[VaasError]] = {
    400: NotAnEfss,
    403: ShareUnknown,
    404: ShareUnknown,
    405: NotAnEfss,
    409: ShareUnknown,
    410: ShareExpired,
    # A lock means that somebody is writing the file at this moment.
    423: ShareChanged,
    429: ShareThrottled,
    501: NotAnEfss,
}
_GONE = frozenset({404, 409, 410, 416})


def refusal(answer: Answer, *, password: bool, inside: bool = False) -> VaasError:
    """What a refusing answer means.

    Args:
        answer: of any status but the one hoped for.
        password: whether a password was sent along.
        inside: whether the share itself had already answered, and this was
            asked of a file or folder in it: what is missing then has moved.

    Returns:
        the error to raise.
    """
    status, wait = answer.status, retry_after(answer.headers)
    if inside and status in _GONE:
        return ShareChanged(f"status {status} for an entry that was listed")
    if status in {401, 412}:
        return _password(status, password=password)
    if status == 503:  # noqa: PLR2004
        return _unavailable(answer, wait)
    kind: type[VaasError] = EfssFailed if status >= 400 else NotAnEfss  # noqa: PLR2004
    if status == 405 and "files drop" in said(answer):  # noqa: PLR2004
        kind = FileDrop
    else:
        kind = _BY_STATUS.get(status, kind)
    return kind(f"status {status}", retry_after=wait)


def _password(status: int, *, password: bool) -> VaasError:
    if not password:
        return PasswordNeeded(f"status {status} without password")
    # 412 is Nextcloud's strict cookie check: it says nothing of the password.
    return PasswordWrong("status 401") if status == 401 else EfssFailed("status 412")  # noqa: PLR2004


def _unavailable(answer: Answer, wait: float | None) -> VaasError:
    text = said(answer)
    if answer.headers.get("X-Nextcloud-Maintenance-Mode") == "1" or "maintenance" in text.lower():
        return EfssMaintenance("status 503, maintenance", retry_after=wait)
    if "MaxDelay" in text:
        return ShareThrottled("status 503, MaxDelayReached", retry_after=wait)
    # Nextcloud wraps what its authentication throws, an unknown token included.
    if "NotFound" in text:
        return ShareUnknown("status 503, NotFound")
    return EfssFailed("status 503", retry_after=wait)


def said(answer: Answer) -> str:
    """The beginning of an answer's text, enough to find a product's words in."""
    return answer.body[:8192].decode(errors="replace")


def is_html(answer: Answer) -> bool:
    """Whether the answer is a page for people."""
    return "html" in answer.headers.get("Content-Type", "").lower()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where the answer names them.

    Args:
        headers: ``Retry-After`` in seconds or as a date (RFC 9110, section
            10.2.3); Nextcloud's throttle names milliseconds in one of its own.
    """
    millis = headers.get("X-Nextcloud-Bruteforce-Throttled", "").removesuffix("ms")
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text)
    elif text:
        seconds = _until(text)
    elif millis.isascii() and millis.isdecimal():
        seconds = float(millis) / 1000
    else:
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _until(date: str) -> float:
    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return (when - datetime.now(UTC)).total_seconds()


__all__ = ["is_html", "refusal", "retry_after", "said"]
