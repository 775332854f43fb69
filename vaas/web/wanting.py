"""What is told where no error of the rooms stands behind an answer."""

from __future__ import annotations

from http import HTTPStatus

from vaas.errors import VaasError
from vaas.web.statuses import status_of


def passes(error: VaasError) -> bool:
    """Whether the same request may be answered otherwise later."""
    if isinstance(error, _Refused):
        return False
    status = status_of(error)
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS


def found_wanting(status: int) -> VaasError:
    """What to tell of a status that no error of ours stands for."""
    if status == HTTPStatus.NOT_FOUND:
        return _Missing()
    return _Unforeseen() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _Refused()


class _Refused(VaasError):
    title = "This cannot be answered"
    advice = "Check the address, or open another link."
    label = "refused"


class _Missing(_Refused):
    title = "There is nothing here"
    label = "not_found"


class _Unforeseen(VaasError):
    title = "This did not work"
    advice = "Please try again; if it stays so, tell the operator of this service."
    label = "failed"


__all__ = ["found_wanting", "passes"]
