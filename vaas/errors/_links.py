"""A link that is none, or that may not or cannot be asked."""

from __future__ import annotations

from vaas.errors._base import VaasError


class LinkError(VaasError):
    """What was pasted is no share link we can open."""

    title = "This is not a link we can open"
    advice = "Paste the public link of a shared folder or notebook, as your cloud gives it."
    label = "link"


class NotALink(LinkError):
    """The text is no address, or its shape is that of no known product."""

    label = "not_a_link"


class InternalLink(LinkError):
    """A link that only works for signed-in people of that cloud."""

    title = "This link is for signed-in people only"
    advice = (
        "Ask the owner for a public link: in the sharing menu, choose "
        "“anyone with the link” instead of an internal one."
    )
    label = "internal_link"


class SiteNotAllowed(LinkError):
    """The link's host is not among the sites that the operator opened."""

    title = "This cloud is not open here"
    advice = "This service opens links of chosen clouds only. Its operator can add yours."
    label = "site_not_allowed"


class OutboundError(VaasError):
    """A request to another host was refused or failed."""

    title = "The cloud could not be reached"
    advice = "Check the link, or try again in a few minutes."
    label = "outbound"


class AddressRefused(OutboundError):
    """The outbound policy refuses this address."""

    title = "This address cannot be opened"
    advice = "Only public web addresses with https are opened."
    label = "address_refused"


class AnswerTooLarge(OutboundError):
    """The other side sent more than the cap allows."""

    title = "The cloud sent an answer that is too large"
    advice = "Share a smaller folder, or ask the operator of this service about its limits."
    label = "answer_too_large"


class TooManyRedirects(OutboundError):
    """More redirects than the policy follows."""

    title = "The link leads from one address to the next"
    advice = "Paste the address at which the share finally opens in your browser."
    label = "redirects"


class EfssUnreachable(OutboundError):
    """No connection: unknown name, refused, reset, bad certificate."""

    label = "unreachable"


class EfssTooSlow(OutboundError):
    """No answer within the deadline."""

    title = "The cloud takes too long to answer"
    label = "too_slow"


__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "EfssTooSlow",
    "EfssUnreachable",
    "InternalLink",
    "LinkError",
    "NotALink",
    "OutboundError",
    "SiteNotAllowed",
    "TooManyRedirects",
]
