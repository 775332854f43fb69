"""The door by which other clouds come in: Open Cloud Mesh, as a receiving provider.

::

    POST /ocm/shares ─► senders: who says so? ─► desk ─► state
    accounts of ours at sites ─► gatherer ─────────────────┤
    viewer ─► entry: may they? ─► launch ─► shares.ocm ─► access: where, by which key
                                                           │
                   peers unshare, expire, vanish ─► keeper ─► pages, copies, secrets go
"""

from vaas.mesh.directory import PeerRule
from vaas.mesh.service import Mesh, Terms

__all__ = ["Mesh", "PeerRule", "Terms"]
