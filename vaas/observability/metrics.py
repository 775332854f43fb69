"""What is counted. Labels are error labels and phase names, never shares or hosts of users."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
_MINUTES = (1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)

launches = Counter("vaas_launches", "Dashboards asked for, by outcome", ["outcome"])
phases = Histogram("vaas_phase_seconds", "Time spent in each phase", ["phase"], buckets=_SECONDS)
kernels = Gauge("vaas_kernels", "Kernels that live now")
kernel_ends = Counter("vaas_kernel_ends", "Kernels ended, by reason", ["reason"])
waiting = Gauge("vaas_waiting", "Viewers in line for a kernel")
waited = Histogram("vaas_waited_seconds", "Time spent in line, by its end", buckets=_MINUTES)
refused_messages = Counter("vaas_refused_messages", "Viewers' messages refused")
templates = Counter("vaas_templates", "Templates made, or why not", ["outcome"])
template_ends = Counter("vaas_template_ends", "Templates let go, by reason", ["reason"])
forks = Counter("vaas_forks", "Viewers' kernels that were forked")
mounts = Gauge("vaas_mounts", "Shares that are mounted now")
mount_restarts = Counter("vaas_mount_restarts", "Mount daemons that died and were replaced")
mounted_bytes = Counter("vaas_mounted_bytes", "Bytes of files fetched for mounts")
share_changes = Counter("vaas_share_changes", "Changes of shares that somebody looked at")
cell_errors = Counter("vaas_cell_errors", "Cells that failed")

__all__ = [
    "cell_errors",
    "forks",
    "kernel_ends",
    "kernels",
    "launches",
    "mount_restarts",
    "mounted_bytes",
    "mounts",
    "phases",
    "refused_messages",
    "share_changes",
    "template_ends",
    "templates",
    "waited",
    "waiting",
]
