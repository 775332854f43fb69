"""From a workspace to a live kernel in the sandbox."""

from vaas.kernels.apart import RemoteHost, Terms
from vaas.kernels.base import Channel, Kernel, KernelHost, KernelRequest, Limits, Template
from vaas.kernels.forks import ForkingHost
from vaas.kernels.local import LocalKernelHost, SandboxMode
from vaas.kernels.probe import SandboxReport, probe

__all__ = [
    "Channel",
    "ForkingHost",
    "Kernel",
    "KernelHost",
    "KernelRequest",
    "Limits",
    "LocalKernelHost",
    "RemoteHost",
    "SandboxMode",
    "SandboxReport",
    "Template",
    "Terms",
    "probe",
]
