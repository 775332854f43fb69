"""From an address that somebody pasted to a share that can be listed and read."""

from vaas.shares.client import OutboundClient
from vaas.shares.links import canonical_path, parse_canonical, parse_link
from vaas.shares.memory import FailureMemory
from vaas.shares.ocm import Ocm
from vaas.shares.policy import OutboundPolicy, SiteRule
from vaas.shares.service import Shares

__all__ = [
    "FailureMemory",
    "Ocm",
    "OutboundClient",
    "OutboundPolicy",
    "Shares",
    "SiteRule",
    "canonical_path",
    "parse_canonical",
    "parse_link",
]
