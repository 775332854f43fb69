"""For load balancers and operators."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from vaas.web.base import Handler


class Live(Handler):
    """``GET /health/live``: the event loop turns."""

    def get(self) -> None:
        """Always 200."""
        self.write({"live": True})

    head = get


class Ready(Handler):
    """``GET /health/ready``: dashboards can be opened."""

    def get(self) -> None:
        """200 or 503 with what stands and what does not."""
        health = dict(self.front.health())
        self.set_status(200 if health.get("ready") else 503)
        self.write(health)

    head = get


class Metrics(Handler):
    """``GET /metrics``: Prometheus."""

    def get(self) -> None:
        """All counters."""
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest())


__all__ = ["Live", "Metrics", "Ready"]
