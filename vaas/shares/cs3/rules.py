"""What is said of a gateway's accounts and received shares, without a word of gRPC."""

from __future__ import annotations

from dataclasses import dataclass

from vaas.model import Secret
from vaas.shares.policy import SiteRule


@dataclass(frozen=True, slots=True)
class AccountRule:
    """The operator's word on our account at a site.

    Attributes:
        site: whose gateway it is.
        name: of the account.
        password: its password.
        kind: how the gateway is to check that, ``appauth`` or ``basic``.
        accept: whether shares that wait for it are accepted.
        mount: where Reva shows them, by path.
    """

    site: SiteRule
    name: str
    password: Secret
    kind: str = "appauth"
    accept: bool = False
    mount: str = "/sciencemesh"


@dataclass(frozen=True, slots=True)
class Told:
    """A share that another cloud sent to an account, as the account's gateway tells it.

    Attributes:
        id: what the gateway calls it.
        name: of the file or folder.
        owner: who owns it, an address ``id@host``.
        sender: who shared it.
        state: ``pending`` before it was accepted, ``accepted``, or empty for what
            was declined.
        expires: seconds since 1970 at which it ends, if ever.
    """

    id: str
    name: str
    owner: str
    sender: str
    state: str
    expires: float | None = None


__all__ = ["AccountRule", "Told"]
