"""Kernels in a process of their own, so that they outlive the server that pages talk to.

::

    server ── control, cells, page (``talk``) ──► keeper ──► ForkingHost ──► kernels
      │ RemoteHost, RemoteKernel, RemoteTemplate

The server starts a host where none answers (``place``). A kernel that has a
note (``Kernel.note``) waits in the host when its server has gone, for one that
adopts it; the host ends when none comes.
"""

from vaas.kernels.apart.remote import RemoteHost
from vaas.kernels.apart.values import Terms

__all__ = ["RemoteHost", "Terms"]
