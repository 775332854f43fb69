"""Open with VaaS: the door by which somebody's cloud, made with Reva, opens their own folder here.

::

    cloud ── OpenInApp(file, their token) ─► opening: who, which folder? ─► grants
                                                                             │ ticket
    their browser ── POST ticket ─► web ─► cookie ─► launch ─► shares.cs3 ───┘ token

    registration: tells the gateway again and again that we are there
    keeper: when nobody looks any more, or the token's time is over, all of it goes

The gRPC libraries are an extra; only ``service`` and what it imports need them.
"""

from vaas.mesh.cs3.terms import AppTerms

__all__ = ["AppTerms"]
