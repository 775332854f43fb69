"""From a workspace to a live kernel in the sandbox."""

from vaas.kernels.base import Channel, Kernel, KernelHost, KernelRequest, Limits

__all__ = ["Channel", "Kernel", "KernelHost", "KernelRequest", "Limits"]
