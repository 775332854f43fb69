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
    │   │   ├── ShareWithdrawn
    │   │   └── OpenAgain
    │   ├── ShareHidden
    │   │   ├── LoginNeeded
    │   │   ├── NotAGuest
    │   │   └── ShareWaiting
    │   ├── EntryRefused
    │   ├── VisitOver
    │   ├── ShareExpired
    │   ├── PasswordNeeded
    │   ├── PasswordWrong
    │   ├── FileDrop
    │   ├── ShareThrottled
    │   │   └── CloudSpared
    │   ├── EfssMaintenance
    │   ├── NotTaken
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
    │   ├── ParameterWrong
    │   ├── LanguageUnknown
    │   └── EnvironmentUnknown
    ├── KernelError          the notebook cannot run, or no longer does
    │   ├── KernelStartFailed
    │   ├── KernelDied
    │   ├── KernelOutOfMemory
    │   ├── MessageRefused
    │   ├── SandboxMissing
    │   ├── ServerFull
    │   └── SessionGone
    ├── EnvironmentNotMade   what the operator asked for cannot be installed
    ├── MeshError            another cloud's message was not accepted
    │   ├── MessageInvalid
    │   ├── SenderUnproven
    │   ├── PeerNotTrusted
    │   ├── NotSupported
    │   ├── TooManyShares
    │   ├── InvitationTaken
    │   └── DirectoryRefused
    ├── LoginFailed          nobody could be logged in
    ├── StateAway            the service's own database does not answer
    ├── WrongName            a browser called us by a name that is not ours
    └── ConfigError          the operator's settings are wrong

Each class carries a ``title`` and ``advice`` for the viewer (plain words, what
to do next) and a ``label`` for metrics. The message given at ``raise`` is the
detail for the author or operator: it may name hosts and paths, never a token
or a password. ``vaas.web`` holds the one table from error to HTTP status.
"""

from __future__ import annotations

from vaas.errors._base import (
    ConfigError,
    EnvironmentNotMade,
    StateAway,
    VaasError,
    WrongName,
)
from vaas.errors._files import (
    DiskFull,
    EnvironmentUnknown,
    FileMissing,
    FolderPrivate,
    LanguageUnknown,
    NoNotebook,
    NotebookError,
    NotebookInvalid,
    NotebookMissing,
    ParameterWrong,
    ShareChanged,
    ShareTooLarge,
    WorkspaceError,
)
from vaas.errors._kernels import (
    KernelDied,
    KernelError,
    KernelOutOfMemory,
    KernelStartFailed,
    MessageRefused,
    SandboxMissing,
    ServerFull,
    SessionGone,
)
from vaas.errors._links import (
    AddressRefused,
    AnswerTooLarge,
    EfssTooSlow,
    EfssUnreachable,
    InternalLink,
    LinkError,
    NotALink,
    OutboundError,
    SiteNotAllowed,
    TooManyRedirects,
)
from vaas.errors._mesh import (
    DirectoryRefused,
    InvitationTaken,
    MeshError,
    MessageInvalid,
    NotSupported,
    PeerNotTrusted,
    SenderUnproven,
    TooManyShares,
)
from vaas.errors._people import LoginFailed, LoginNeeded, NotAGuest, ShareWaiting
from vaas.errors._shares import (
    CloudSpared,
    EfssFailed,
    EfssMaintenance,
    FileDrop,
    NotAnEfss,
    OpenAgain,
    PasswordNeeded,
    PasswordWrong,
    ShareError,
    ShareExpired,
    ShareHidden,
    ShareThrottled,
    ShareUnknown,
    ShareWithdrawn,
)
from vaas.errors._visits import EntryRefused, NotTaken, VisitOver

__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "CloudSpared",
    "ConfigError",
    "DirectoryRefused",
    "DiskFull",
    "EfssFailed",
    "EfssMaintenance",
    "EfssTooSlow",
    "EfssUnreachable",
    "EntryRefused",
    "EnvironmentNotMade",
    "EnvironmentUnknown",
    "FileDrop",
    "FileMissing",
    "FolderPrivate",
    "InternalLink",
    "InvitationTaken",
    "KernelDied",
    "KernelError",
    "KernelOutOfMemory",
    "KernelStartFailed",
    "LanguageUnknown",
    "LinkError",
    "LoginFailed",
    "LoginNeeded",
    "MeshError",
    "MessageInvalid",
    "MessageRefused",
    "NoNotebook",
    "NotAGuest",
    "NotALink",
    "NotAnEfss",
    "NotSupported",
    "NotTaken",
    "NotebookError",
    "NotebookInvalid",
    "NotebookMissing",
    "OpenAgain",
    "OutboundError",
    "ParameterWrong",
    "PasswordNeeded",
    "PasswordWrong",
    "PeerNotTrusted",
    "SandboxMissing",
    "SenderUnproven",
    "ServerFull",
    "SessionGone",
    "ShareChanged",
    "ShareError",
    "ShareExpired",
    "ShareHidden",
    "ShareThrottled",
    "ShareTooLarge",
    "ShareUnknown",
    "ShareWaiting",
    "ShareWithdrawn",
    "SiteNotAllowed",
    "StateAway",
    "TooManyRedirects",
    "TooManyShares",
    "VaasError",
    "VisitOver",
    "WorkspaceError",
    "WrongName",
]
