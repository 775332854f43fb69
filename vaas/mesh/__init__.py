"""The door by which other clouds come in: Open Cloud Mesh, as a receiving provider.

::

    POST /ocm/shares ─► senders: who says so? ─► desk ─► state
                                                  │
    viewer ─► entry: may they? ─► launch ─► shares.ocm ─► access: where, by which key
                                                  │
                   peers unshare, expire, vanish ─► keeper ─► pages, copies, secrets go
"""

from vaas.mesh.directories import Source, Standing
from vaas.mesh.directory import PeerRule
from vaas.mesh.service import Mesh, Terms, tried

__all__ = ["Mesh", "PeerRule", "Source", "Standing", "Terms", "tried"]
