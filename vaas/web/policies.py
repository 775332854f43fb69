"""Content security policies: what a page may load and run, and to whom it may speak."""

from __future__ import annotations

from typing import Any

# A page of ours runs no script but its own and shows nothing from elsewhere.
SITE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "connect-src 'self'"
)


def dashboard_policy(image_hosts: Any) -> str:
    """Content security policy of a page that runs a notebook's own front end.

    Scripts and styles of the notebook's outputs are part of the dashboard;
    nothing is loaded from, or sent to, another host, but pictures (map tiles)
    from hosts that the operator admits.
    """
    images = " ".join(["'self'", "data:", "blob:", *image_hosts])
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
        f"style-src 'self' 'unsafe-inline'; img-src {images}; font-src 'self' data:; "
        "connect-src 'self' data: blob:; worker-src 'self' blob:; media-src 'self' data: blob:; "
        "frame-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


__all__ = ["SITE_POLICY", "dashboard_policy"]
