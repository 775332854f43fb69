"""A share as peers announce it, in all the forms that they have.

The oldest form has the secret in ``protocol.options``; the newest an object for
each protocol; many send both. What is wrong is told field by field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from vaas.errors import MessageInvalid, NotSupported
from vaas.mesh.addresses import Address, parse_address
from vaas.mesh.objects import read_object
from vaas.model import Secret

Form = TypeVar("Form", bound=BaseModel)
_NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not keep
Text = Annotated[
    str,
    BeforeValidator(lambda one: str(one) if isinstance(one, int) else one),
    Field(min_length=1, max_length=1024, pattern=_NO_NUL),
]
Id = Annotated[Text, Field(max_length=256)]
"""What a database looks up."""

Words = Annotated[str, Field(max_length=320, pattern=_NO_NUL)]

_RESOURCES = frozenset({"file", "folder"})
_EXCHANGE = "must-exchange-token"
_REMOTE = "remote"
_MAY_READ = 1


class Lenient(BaseModel):
    """Fields that we do not know are no matter of ours."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Announced(Lenient):
    """The body of ``POST /shares``."""

    shareWith: Text  # noqa: N815 (the wire's own names)
    name: Text
    providerId: Id  # noqa: N815
    owner: Text | None = None
    sender: Text | None = None
    sharedBy: Text | None = None  # noqa: N815
    shareType: Text = "user"  # noqa: N815
    resourceType: Text  # noqa: N815
    expiration: float | None = None
    protocol: dict[str, Any]


class Notification(Lenient):
    """The body of ``POST /notifications``."""

    notificationType: Text  # noqa: N815
    providerId: Id  # noqa: N815
    notification: dict[str, Any] | None = None

    @property
    def secret(self) -> Secret | None:
        """By which it proves that it comes from whoever made the share."""
        told = (self.notification or {}).get("sharedSecret")
        return Secret(told) if isinstance(told, str) and told else None


class Acceptance(Lenient):
    """The body of ``POST /invite-accepted``."""

    recipientProvider: Text  # noqa: N815
    token: Text
    userID: Text  # noqa: N815
    email: Words = ""
    name: Words = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An announced share, whatever form it came in.

    Attributes:
        to: for whom it is.
        owner, sender: addresses; the same if only one was given.
        name, provider_id, secret, uri, modern, exchange, expires: as in ``Received``.
    """

    to: str
    owner: Address
    sender: Address
    name: str
    provider_id: str
    secret: Secret
    uri: str
    modern: bool
    exchange: bool
    expires: float | None


def read(kind: type[Form], body: bytes) -> Form:
    """A message's body.

    Raises:
        MessageInvalid: it is no JSON object, or lacks something.
    """
    try:
        told = read_object(body)
    except ValueError:
        raise MessageInvalid("the body is no JSON object") from None
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        wrong = {".".join(map(str, one["loc"])): _words(one["type"]) for one in error.errors()}
        raise MessageInvalid("fields are missing or wrong", wrong) from None


def offer(body: bytes) -> Offer:
    """An announced share.

    Raises:
        MessageInvalid: as ``read``; an address is none, or there is no secret.
        NotSupported: a kind that cannot become a dashboard.
    """
    told = read(_Announced, body)
    if told.shareType != "user":
        raise NotSupported("only shares with one user are taken")
    if told.resourceType not in _RESOURCES:
        raise NotSupported("only files and folders are taken")
    webdav = told.protocol.get("webdav")
    new = webdav if isinstance(webdav, dict) else {}
    options = told.protocol.get("options")
    old = options if isinstance(options, dict) else {}
    _require_readable(told.protocol, new)
    secret, uri = new.get("sharedSecret") or old.get("sharedSecret"), new.get("uri") or ""
    wrong = _wrong(told, secret, uri)
    if wrong:
        raise MessageInvalid("fields are missing or wrong", wrong)
    sender = parse_address(told.sender or told.sharedBy or told.owner or "")
    return Offer(
        to=told.shareWith,
        owner=parse_address(told.owner) if told.owner else sender,
        sender=sender,
        name=shown_name(told.name),
        provider_id=told.providerId,
        secret=Secret(str(secret)),
        uri=uri,
        modern=bool(new),
        exchange=_EXCHANGE in _list(new.get("requirements")),
        expires=told.expiration,
    )


def _require_readable(protocol: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse what is not WebDAV, or asks for more than we can.

    Raises:
        NotSupported: just that.
    """
    others = {name for name, one in protocol.items() if isinstance(one, dict)} - {"options"}
    if not new and (others or protocol.get("name") not in {None, "webdav", "multi"}):
        raise NotSupported("only shares by WebDAV are taken")
    kinds = _list(new.get("accessTypes"))
    if kinds and _REMOTE not in kinds:
        raise NotSupported("the files may not be read where they lie")
    if set(_list(new.get("requirements"))) - {_EXCHANGE}:
        raise NotSupported("more is required than can be met: a token alone")
    permissions = new.get("permissions")
    if isinstance(permissions, list) and permissions and "read" not in permissions:
        raise NotSupported("the files may not be read")
    if isinstance(permissions, int) and not permissions & _MAY_READ:
        raise NotSupported("the files may not be read")


def _wrong(told: _Announced, secret: object, uri: object) -> dict[str, str]:
    wrong = {}
    if not isinstance(secret, str) or not re.fullmatch(r"[!-~]{1,8192}", secret):
        wrong["protocol"] = "no shared secret for webdav"
    if not isinstance(uri, str) or len(uri) > 2048 or not is_plain(uri):  # noqa: PLR2004
        wrong["protocol.webdav.uri"] = "no address or path"
    if not (told.sender or told.sharedBy or told.owner):
        wrong["sender"] = "required"
    for name in ("owner", "sender", "sharedBy"):
        try:
            parse_address(getattr(told, name) or "a@b.example")
        except ValueError:
            wrong[name] = "no address such as id@cloud.example.org"
    if told.expiration is not None and not 0 < told.expiration < 1e12:  # noqa: PLR2004
        wrong["expiration"] = "no time in seconds"
    return wrong


def shown_name(text: str) -> str:
    """The last part of a name, as it can be shown, and be a variable of a kernel."""
    shown = "".join(one if one.isprintable() else " " for one in text).strip().rstrip("/")
    return shown.rpartition("/")[2] or "shared"


def is_plain(uri: str) -> bool:
    """Whether a path stays where it is joined to."""
    parts = uri.replace("%2e", ".").replace("%2E", ".").split("/")
    return uri.isprintable() and ".." not in parts and not set(uri) & set("\\?#")


def _list(told: object) -> Sequence[str]:
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def _words(kind: str) -> str:
    return "required" if kind == "missing" else "wrong kind of value"


__all__ = [
    "Acceptance",
    "Lenient",
    "Notification",
    "Offer",
    "Text",
    "is_plain",
    "offer",
    "read",
    "shown_name",
]
