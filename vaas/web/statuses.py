"""The one table from error to HTTP status."""

from __future__ import annotations

from vaas import errors

_STATUS: dict[type[errors.VaasError], int] = {
    errors.LinkError: 400,
    errors.InternalLink: 403,
    errors.SiteNotAllowed: 403,
    errors.OutboundError: 502,
    errors.AddressRefused: 403,
    errors.EfssTooSlow: 504,
    errors.ShareError: 502,
    errors.NotAnEfss: 404,
    errors.ShareUnknown: 404,
    errors.ShareExpired: 410,
    errors.ShareWithdrawn: 410,
    errors.OpenAgain: 410,
    errors.ShareHidden: 403,
    errors.LoginNeeded: 401,
    errors.LoginFailed: 403,
    errors.EntryRefused: 403,
    errors.VisitOver: 403,
    errors.PasswordNeeded: 401,
    errors.PasswordWrong: 403,
    errors.FileDrop: 403,
    errors.ShareThrottled: 429,
    errors.EfssMaintenance: 503,
    errors.WorkspaceError: 503,
    errors.ShareTooLarge: 413,
    errors.FileMissing: 404,
    errors.FolderPrivate: 403,
    errors.NotebookError: 422,
    errors.NoNotebook: 404,
    errors.NotebookMissing: 404,
    errors.KernelError: 503,
    errors.MessageRefused: 403,
    errors.SessionGone: 410,
    errors.MeshError: 400,
    errors.SenderUnproven: 401,
    errors.PeerNotTrusted: 403,
    errors.NotSupported: 501,
    errors.TooManyShares: 429,
    errors.InvitationTaken: 409,
    errors.WrongName: 421,
    errors.StateAway: 503,
    errors.ConfigError: 500,
    errors.EnvironmentNotMade: 422,
}


def status_of(error: errors.VaasError) -> int:
    """HTTP status for an error: that of the nearest class in the table, else 500."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return 500


__all__ = ["status_of"]
