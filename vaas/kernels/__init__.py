"""From a workspace to a live kernel in the sandbox."""

from vaas.kernels.apart import RemoteHost, Terms
from vaas.kernels.backlog import Backlog
from vaas.kernels.base import (
    Channel,
    Kernel,
    KernelHost,
    KernelRequest,
    Limits,
    Template,
)
from vaas.kernels.environment import languages
from vaas.kernels.forks import ForkingHost
from vaas.kernels.installations import Installations
from vaas.kernels.local import LocalKernelHost, SandboxMode
from vaas.kernels.probe import SandboxReport, probe
from vaas.kernels.relay import Relay
from vaas.kernels.wire import message_type

__all__ = [
    "Backlog",
    "Channel",
    "ForkingHost",
    "Installations",
    "Kernel",
    "KernelHost",
    "KernelRequest",
    "Limits",
    "LocalKernelHost",
    "Relay",
    "RemoteHost",
    "SandboxMode",
    "SandboxReport",
    "Template",
    "Terms",
    "languages",
    "message_type",
    "probe",
]
