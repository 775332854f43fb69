"""The door by which other clouds come in: Open Cloud Mesh.

::

    POST /ocm/shares ─► senders: who says so? ─► desk ─► state
    accounts of ours at sites ─► gatherer ─────────────────┤
                                                  │
    owner ──► owners ─► state, keeper
    viewer ─► entry: may they? ─► launch ─► shares.ocm ─► access: where, by which key
                                                           │
                   peers unshare, expire, vanish ─► keeper ─► pages, copies, secrets go

    cloud tells of a share ─► hosted ─► state          we share on ─► sharing ─► their cloud
    its viewer's form ─► gate: does the token hold? ─► bearers       their form ─┘
                              └────► a pass ─► entry ◄─── a pass ◄────┘
"""

from vaas.mesh.directories import Source, Standing
from vaas.mesh.directory import PeerRule
from vaas.mesh.login import LoginTerms
from vaas.mesh.service import Mesh, Terms, tried

__all__ = ["LoginTerms", "Mesh", "PeerRule", "Source", "Standing", "Terms", "tried"]
