"""What runs inside the sandbox of a template: a kernel that can be forked.

The template runs a notebook once; each viewer then gets a fork of the executed
process. So nothing may live in it that a fork would break: no ZeroMQ, no
threads, no epoll. IPython's own kernel class does the work; only its sockets
are replaced by one unix socket that carries frames of
``v1.kernel.websocket.jupyter.org``.

The package is shown inside as ``/opt/vaas/guest`` and imports nothing of VaaS.
A stranger's code shares its memory, so nothing outside believes what it says:
``vaas.kernels.forks`` builds a fork's walls from outside and looks whether
they stand.
"""

__all__: list[str] = []
