"""What a sync-and-share system says no to."""

from __future__ import annotations

from vaas.errors._base import VaasError


class ShareError(VaasError):
    """The EFSS answered, and the answer is no."""

    title = "The share could not be opened"
    advice = "Check the link with the person who sent it to you."
    label = "share"


class NotAnEfss(ShareError):
    """The host answers, but as no sync-and-share system that we know."""

    title = "No shared folder was found at this address"
    advice = "Paste the public link itself, as the sharing menu of your cloud copies it."
    label = "not_an_efss"


class ShareUnknown(ShareError):
    """The EFSS does not know the token; expired and deleted links look the same."""

    title = "This link does not exist, or no longer"
    advice = "It may have been mistyped, deleted, or have expired. Ask its owner for a new one."
    label = "unknown"


class ShareWithdrawn(ShareUnknown):
    """A share that another cloud sent us is there no longer: unshared, expired or deleted."""

    title = "This is no longer shared with this service"
    advice = "Ask the person who shared it to do so again."
    label = "withdrawn"


class OpenAgain(ShareUnknown):
    """Somebody's own folder, opened from their cloud, that we may no longer read for them."""

    title = "This is no longer open here"
    advice = "Open it again from your cloud, where you found it."
    label = "open_again"


class ShareHidden(ShareError):
    """A share that another cloud sent us, and that this viewer may not see."""

    title = "This dashboard is not open to you"
    advice = "Use the whole address that the person who shared it was given."
    label = "hidden"


class ShareExpired(ShareError):
    """The EFSS says that the link has expired."""

    title = "This link has expired"
    advice = "Ask its owner for a new one."
    label = "expired"


class PasswordNeeded(ShareError):
    """The link is protected and no password was given."""

    title = "This share asks for a password"
    advice = "Enter the password that came with the link."
    label = "password_needed"


class PasswordWrong(ShareError):
    """The password was refused."""

    title = "That password is not right"
    advice = "Check it with the person who sent you the link."
    label = "password_wrong"


class FileDrop(ShareError):
    """An upload-only link: nothing can be read."""

    title = "This link is for uploads only"
    advice = "Ask its owner for a link that allows viewing."
    label = "file_drop"


class ShareThrottled(ShareError):
    """The EFSS holds us off; asking again would only prolong it."""

    title = "The cloud asks us to wait"
    advice = "Too many attempts were made on it lately. Please come back in some minutes."
    label = "throttled"


class CloudSpared(ShareThrottled):
    """The EFSS was not asked, since it would soon lock this service out."""

    title = "Links of this cloud have to wait a little"
    advice = (
        "Too many links or passwords for it were wrong lately, and it would stop answering. "
        "Dashboards that opened before still do; please come back with this one later."
    )
    label = "spared"


class EfssMaintenance(ShareError):
    """The EFSS says that it is being maintained."""

    title = "The cloud is under maintenance"
    advice = "Please come back when it is open again."
    label = "maintenance"


class EfssFailed(ShareError):
    """The EFSS answered with something that no rule of its product explains."""

    title = "The cloud answered in a way we do not understand"
    advice = "Try again in a few minutes; if it stays so, tell the operator of this service."
    label = "efss_failed"


__all__ = [
    "CloudSpared",
    "EfssFailed",
    "EfssMaintenance",
    "FileDrop",
    "NotAnEfss",
    "OpenAgain",
    "PasswordNeeded",
    "PasswordWrong",
    "ShareError",
    "ShareExpired",
    "ShareHidden",
    "ShareThrottled",
    "ShareUnknown",
    "ShareWithdrawn",
]
