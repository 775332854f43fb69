"""The one error tree.

::

    VaasError
    ├── LinkError            what was pasted is no share link we can open
    │   ├── NotALink
    │   ├── InternalLink
    │   └── SiteNotAllowed
    ├── OutboundError        the outbound policy, or the network, said no
    │   ├── AddressRefused
    │   ├── AnswerTooLarge
    │   ├── TooManyRedirects
    │   ├── EfssUnreachable
    │   └── EfssTooSlow
    ├── ShareError           the EFSS answered, and the answer is no
    │   ├── NotAnEfss
    │   ├── ShareUnknown     (expired links look the same from outside)
    │   ├── ShareExpired
    │   ├── PasswordNeeded
    │   ├── PasswordWrong
    │   ├── FileDrop
    │   ├── ShareThrottled
    │   ├── EfssMaintenance
    │   └── EfssFailed
    ├── WorkspaceError       the share cannot become local files
    │   ├── ShareTooLarge
    │   ├── ShareChanged
    │   ├── FileMissing
    │   ├── FolderPrivate
    │   └── DiskFull
    ├── NotebookError        the share has no notebook that can run
    │   ├── NoNotebook
    │   ├── NotebookMissing
    │   ├── NotebookInvalid
    │   └── LanguageUnknown
    ├── KernelError          the notebook cannot run, or no longer does
    │   ├── KernelStartFailed
    │   ├── KernelDied
    │   ├── KernelOutOfMemory
    │   ├── MessageRefused
    │   ├── SandboxMissing
    │   ├── ServerFull
    │   └── SessionGone
    ├── WrongName            a browser called us by a name that is not ours
    └── ConfigError          the operator's settings are wrong

Each class carries a ``title`` and ``advice`` for the viewer (plain words, what
to do next) and a ``label`` for metrics. The message given at ``raise`` is the
detail for the author or operator: it may name hosts and paths, never a token
or a password. ``vaas.web`` holds the one table from error to HTTP status.
"""

from __future__ import annotations

from typing import ClassVar


class VaasError(Exception):
    """Something went wrong that somebody can be told about.

    Attributes:
        title: one line for the viewer.
        advice: what the viewer can do, one or two sentences.
        label: short constant name for metrics and logs.
        retry_after: seconds after which trying again makes sense, if known.
    """

    title: ClassVar[str] = "Something went wrong"
    advice: ClassVar[str] = "Please try again in a moment."
    label: ClassVar[str] = "internal"

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        """Keep ``detail`` for the author or operator.

        Args:
            detail: what happened, without any secret.
            retry_after: seconds, if the other side named them.
        """
        super().__init__(detail or self.title)
        self.detail = detail
        self.retry_after = retry_after


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


class WorkspaceError(VaasError):
    """The share cannot become local files."""

    title = "The shared files could not be fetched"
    advice = "Please try again in a moment."
    label = "workspace"


class ShareTooLarge(WorkspaceError):
    """Over a limit of size, number of files or depth."""

    title = "This share is larger than this service fetches"
    advice = "Share the folder of the notebook and its data alone, without the rest."
    label = "too_large"


class ShareChanged(WorkspaceError):
    """The share kept changing while it was being fetched."""

    title = "The share changed while it was being fetched"
    advice = "Its owner is saving files right now. Please reload in a moment."
    label = "changed"


class FileMissing(WorkspaceError):
    """The address names a file that the share does not hold."""

    title = "This file is not in the share"
    advice = "It may have been renamed or moved."
    label = "file_missing"


class FolderPrivate(WorkspaceError):
    """A folder of this machine that the kernel's user may not read."""

    title = "This folder is private"
    advice = "Its owner can let others read it (chmod -R o+rX), or open it as its own user."
    label = "folder_private"


class DiskFull(WorkspaceError):
    """No room left, even after eviction."""

    title = "This service has no room left"
    advice = "Please try again later; its operator has been told."
    label = "disk_full"


class NotebookError(VaasError):
    """The share has no notebook that can run."""

    title = "The notebook could not be opened"
    advice = "Tell its author; a check of the notebook shows what is wrong."
    label = "notebook"


class NoNotebook(NotebookError):
    """A share without any notebook."""

    title = "There is no notebook in this share"
    advice = "Ask its owner to put a notebook (.ipynb) into the shared folder."
    label = "no_notebook"


class NotebookMissing(NotebookError):
    """The address names a file that the share does not hold."""

    title = "This notebook is not in the share"
    advice = "It may have been renamed or moved; the share's page lists what is there."
    label = "notebook_missing"


class NotebookInvalid(NotebookError):
    """The file is no notebook that can be read."""

    title = "This file is not a notebook we can read"
    label = "notebook_invalid"


class LanguageUnknown(NotebookError):
    """No kernel for the notebook's language is installed."""

    title = "The notebook's language is not installed here"
    advice = "The operator of this service can add it."
    label = "language_unknown"


class KernelError(VaasError):
    """The notebook cannot run, or no longer does."""

    title = "The dashboard stopped"
    advice = "Start it again; if it keeps stopping, tell its author."
    label = "kernel"


class KernelStartFailed(KernelError):
    """The kernel did not come up."""

    title = "The dashboard could not be started"
    label = "start_failed"


class KernelDied(KernelError):
    """The kernel's process ended by itself."""

    label = "died"


class KernelOutOfMemory(KernelError):
    """The kernel went over its memory limit and was ended."""

    title = "The dashboard used more memory than it is given"
    label = "out_of_memory"


class MessageRefused(KernelError):
    """A viewer's message of a kind that viewers may not send."""

    title = "This action is not allowed in a dashboard"
    label = "message_refused"


class SandboxMissing(KernelError):
    """The sandbox cannot be built on this machine, so strangers' code is not run."""

    title = "This service is not ready to run notebooks"
    advice = "Its operator can find out why with “vaas doctor”."
    label = "no_sandbox"


class ServerFull(KernelError):
    """As many kernels run as the operator allows."""

    title = "All places are taken right now"
    advice = "Please try again in a minute."
    label = "full"


class SessionGone(KernelError):
    """The page's kernel ended: idle too long, or the server was restarted."""

    title = "This session has ended"
    advice = "Start it again to go on."
    label = "gone"


class WrongName(VaasError):
    """A browser called us by a name that is not ours, as a stranger's page can make it do."""

    title = "This address is not known here"
    advice = "Use the address that the operator of this service gave you."
    label = "wrong_name"


class ConfigError(VaasError):
    """The operator's settings are wrong."""

    title = "This service is not set up correctly"
    advice = "Its operator can find out why with “vaas doctor”."
    label = "config"


__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "ConfigError",
    "DiskFull",
    "EfssFailed",
    "EfssMaintenance",
    "EfssTooSlow",
    "EfssUnreachable",
    "FileDrop",
    "FileMissing",
    "FolderPrivate",
    "InternalLink",
    "KernelDied",
    "KernelError",
    "KernelOutOfMemory",
    "KernelStartFailed",
    "LanguageUnknown",
    "LinkError",
    "MessageRefused",
    "NoNotebook",
    "NotALink",
    "NotAnEfss",
    "NotebookError",
    "NotebookInvalid",
    "NotebookMissing",
    "OutboundError",
    "PasswordNeeded",
    "PasswordWrong",
    "SandboxMissing",
    "ServerFull",
    "SessionGone",
    "ShareChanged",
    "ShareError",
    "ShareExpired",
    "ShareThrottled",
    "ShareTooLarge",
    "ShareUnknown",
    "SiteNotAllowed",
    "TooManyRedirects",
    "VaasError",
    "WorkspaceError",
    "WrongName",
]
