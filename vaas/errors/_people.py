"""Who may see what other clouds shared, and who people are."""

from __future__ import annotations

from vaas.errors._base import VaasError
from vaas.errors._shares import ShareHidden


class LoginNeeded(ShareHidden):
    """A share for listed people, and nobody knows who this viewer is."""

    title = "This is for certain people"
    advice = "Log in, so that it can be seen whether you are one of them."
    label = "login_needed"


class NotAGuest(ShareHidden):
    """A share for listed people, and this viewer is another."""

    title = "You are not among those who may see this"
    advice = "Ask the person who shared it to add your address."
    label = "not_a_guest"


class ShareWaiting(ShareHidden):
    """A share that its sender has not accepted here yet."""

    title = "This is not shown yet"
    advice = "The person who shared it can accept it on their page of this service."
    label = "waiting"


class LoginFailed(VaasError):
    """Somebody came back from the place where people log in, and it does not hold."""

    title = "You could not be logged in"
    advice = "Please try again; if it stays so, tell the operator of this service."
    label = "login_failed"


__all__ = ["LoginFailed", "LoginNeeded", "NotAGuest", "ShareWaiting"]
