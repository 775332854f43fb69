"""Structured logs in which no secret ever stands.

Every event passes ``redact``: tokens in share addresses, credentials in URLs
and values of fields with telling names are replaced before anything is
written, so that a careless log line is no leak.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_FIELDS = re.compile(r"token|password|secret|authorization|cookie|kernel_id", re.IGNORECASE)
# The shapes in which a share's token appears: our own canonical address and
# those of the products (see vaas.shares.links).
_TOKEN_IN_PATH = re.compile(
    r"(/ocm/s/|/(?:index\.php/)?s/[^/\s?#]+/|/(?:index\.php/)?s/|/u/d/|/d/|/f/"
    r"|/link/public/|/public-files/|/dav/files/|/share-links/|/kernels/|/sessions/|/shutdown/)"
    r"([^/\s?#'\"]{4,})"
)
_IN_QUERY = re.compile(r"([?&](?:key|token|code)=)[^&\s'\"]+")
_USERINFO = re.compile(r"(https?://)[^/\s@]+@")
_STARS = "***"


def _clean(text: str) -> str:
    text = _USERINFO.sub(rf"\1{_STARS}@", text)
    text = _IN_QUERY.sub(rf"\1{_STARS}", text)
    return _TOKEN_IN_PATH.sub(rf"\1{_STARS}", text)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what could open a share, a session or an account.

    Args:
        event: the log event; its strings are rewritten in place.

    Returns:
        the same event.
    """
    for key, value in event.items():
        if _SECRET_FIELDS.search(key):
            event[key] = _STARS
        elif isinstance(value, str):
            event[key] = _clean(value)
    return event


def configure_logging(*, as_json: bool, level: str = "INFO") -> None:
    """Send our events and those of libraries to standard error, one line each.

    Args:
        as_json: one JSON object a line (for machines) or plain columns.
        level: name of the lowest level that is written.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,  # what is not written costs nothing
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("httpx", "httpcore", "asyncio", "traitlets", "tornado.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def logger(name: str) -> Any:
    """A structured logger.

    Args:
        name: the module that speaks.
    """
    return structlog.stdlib.get_logger(name)


__all__ = ["configure_logging", "logger", "redact"]
