"""What operators see: structured logs without secrets, and metrics."""

from vaas.observability import metrics
from vaas.observability.logging import configure_logging, logger

__all__ = ["configure_logging", "logger", "metrics"]
