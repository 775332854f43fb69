"""Notebooks that cannot run, or no longer do."""

from __future__ import annotations

from vaas.errors._base import VaasError


class KernelError(VaasError):
    """The notebook cannot run, or no longer does."""

    title = "The dashboard stopped"
    advice = "Start it again; if it keeps stopping, tell its author."
    label = "kernel"


class KernelStartFailed(KernelError):
    """The kernel did not come up."""

    title = "The dashboard could not be started"
    label = "start_failed"


class KernelDied(KernelError):
    """The kernel's process ended by itself."""

    label = "died"


class KernelOutOfMemory(KernelError):
    """The kernel went over its memory limit and was ended."""

    title = "The dashboard used more memory than it is given"
    label = "out_of_memory"


class MessageRefused(KernelError):
    """A viewer's message of a kind that viewers may not send."""

    title = "This action is not allowed in a dashboard"
    label = "message_refused"


class SandboxMissing(KernelError):
    """The sandbox cannot be built on this machine, so strangers' code is not run."""

    title = "This service is not ready to run notebooks"
    advice = "Its operator can find out why with “vaas doctor”."
    label = "no_sandbox"


class ServerFull(KernelError):
    """As many kernels run as the operator allows."""

    title = "All places are taken right now"
    advice = "Please try again in a minute."
    label = "full"


class SessionGone(KernelError):
    """The page's kernel ended: idle too long, or the server was restarted."""

    title = "This session has ended"
    advice = "Start it again to go on."
    label = "gone"


__all__ = [
    "KernelDied",
    "KernelError",
    "KernelOutOfMemory",
    "KernelStartFailed",
    "MessageRefused",
    "SandboxMissing",
    "ServerFull",
    "SessionGone",
]
