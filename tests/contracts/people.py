"""A CS3 gateway's users: who they are, their files, locks, what they received, and apps."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cs3.app.registry.v1beta1 import registry_api_pb2 as registry
from cs3.gateway.v1beta1 import gateway_api_pb2 as api
from cs3.identity.user.v1beta1 import user_api_pb2 as users
from cs3.identity.user.v1beta1.resources_pb2 import User, UserId
from cs3.rpc.v1beta1.code_pb2 import Code
from cs3.rpc.v1beta1.status_pb2 import Status
from cs3.sharing.ocm.v1beta1 import ocm_api_pb2 as ocm
from cs3.sharing.ocm.v1beta1.resources_pb2 import ReceivedShare, ShareState
from cs3.storage.provider.v1beta1 import provider_api_pb2 as storage
from cs3.storage.provider.v1beta1 import spaces_api_pb2 as spaces
from cs3.storage.provider.v1beta1.resources_pb2 import Lock, LockType, ResourceId

PUBLIC, OCM = "public-storage", "ocm-storage"
IDP = "https://idp.example.org"


class Refuse(Exception):
    """Becomes the status of an answer."""

    def __init__(self, code: str, message: str = "") -> None:
        self.status = Status(code=Code.Value(f"CODE_{code}"), message=message)


@dataclass(frozen=True)
class Person:
    """A user; ``closed`` are files of their home that they may not see."""

    name: str
    display: str
    home: Path
    password: str = ""
    closed: set[Path] = field(default_factory=set)


@dataclass(frozen=True)
class Received:
    """A share of another cloud's."""

    id: str
    target: Path
    name: str
    to: str
    state: str = "PENDING"


def id_of(path: Path) -> ResourceId:
    opaque = str(path.stat().st_ino) if path.exists() else ""
    return ResourceId(storage_id="here", opaque_id=opaque)


class People:
    """What a gateway knows besides public links; ``apps`` are those that registered.

    ``locking`` says whether public links tell of locks.
    """

    people: dict[str, Person]
    received: dict[str, Received]
    locks: dict[Path, Lock]
    apps: list[Any]
    locking: bool
    by_id: bool
    links: dict[str, Any]

    def forget_people(self) -> None:
        self.people, self.received, self.locks, self.apps = {}, {}, {}, []
        self.locking = False

    @abstractmethod
    def _answered(
        self, name: str, kind: Any, answer: Callable[[], Any], context: Any = None
    ) -> Any: ...

    @abstractmethod
    def _let_in(self, context: Any) -> dict[str, Any]: ...

    @abstractmethod
    def _mint(self, **who: str) -> str: ...

    @abstractmethod
    def _placed(self, ref: Any, context: Any) -> tuple[Any, str]: ...

    @abstractmethod
    def _found(self, root: Any, path: str) -> Path: ...

    def token_of(self, name: str) -> str:
        """A token as their cloud would give it to an app."""
        return self._mint(user=name)

    def lock(self, file: Path, **lock: Any) -> None:
        """Somebody edits a file."""
        given = {"type": LockType.LOCK_TYPE_WRITE, "lock_id": "1"} | lock
        self.locks[file] = Lock(**given)

    def receive(self, share_id: str, target: Path, to: str, **more: Any) -> None:
        self.received[share_id] = Received(share_id, target, target.name, to, **more)

    def _sign_in(self, request: Any) -> Any:
        person = self.people.get(request.client_id)
        if person is None or request.client_secret != person.password:
            raise Refuse("UNAUTHENTICATED", f"wrong password {request.client_secret}")
        return api.AuthenticateResponse(token=self._mint(user=person.name))

    def _person(self, who: dict[str, Any]) -> Person:
        if who.get("user") not in self.people:
            raise Refuse("PERMISSION_DENIED", "not for links")
        return self.people[who["user"]]

    def _theirs(self, path: str, who: dict[str, Any]) -> tuple[Any, str]:
        from tests.contracts.gateway import Root

        person = self._person(who)
        top, _, rest = path.strip("/").partition("/")
        name, _, inside = rest.partition("/")
        if top == "users" and name == person.name:
            if person.home / inside in person.closed:
                raise Refuse("PERMISSION_DENIED", path)
            return Root(person.home, f"/users/{name}"), inside
        share = self.received.get(name)
        if top == "sciencemesh" and share and share.to == person.name:
            return Root(share.target, f"/sciencemesh/{name}"), inside
        raise Refuse("NOT_FOUND", path)

    def _theirs_by_id(self, wanted: Any, who: dict[str, Any]) -> Any:
        from tests.contracts.gateway import Root

        person = self._person(who)
        share = self.received.get(wanted.space_id)
        if wanted.storage_id == OCM and share and share.to == person.name:
            return Root(share.target, "name")
        for path in (person.home, *person.home.rglob("*")):
            if id_of(path) == wanted and path not in person.closed:
                return Root(path, ".")
        raise Refuse("NOT_FOUND", str(wanted))

    def WhoAmI(self, _request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            name = self._person(self._let_in(context)).name
            return api.WhoAmIResponse(user=User(id=UserId(idp=IDP, opaque_id=name)))

        return self._answered("WhoAmI", api.WhoAmIResponse, answer, context)

    def GetUser(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            person = self.people.get(request.user_id.opaque_id)
            if person is None:
                raise Refuse("NOT_FOUND")
            return users.GetUserResponse(user=User(display_name=person.display))

        return self._answered("GetUser", users.GetUserResponse, answer, context)

    def GetLock(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            if "link" in self._let_in(context) and not self.locking:
                raise Refuse("UNIMPLEMENTED", "gRPC method not supported")
            lock = self.locks.get(self._found(*self._placed(request.ref, context)))
            if lock is None:
                raise Refuse("NOT_FOUND", "no lock")
            return storage.GetLockResponse(lock=lock)

        return self._answered("GetLock", storage.GetLockResponse, answer, context)

    def ListStorageSpaces(self, _request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            if not self.by_id:
                raise Refuse("UNIMPLEMENTED", "spaces")
            who, told = self._let_in(context), spaces.ListStorageSpacesResponse()
            if "link" in who:
                root = ResourceId(storage_id=PUBLIC, space_id=PUBLIC, opaque_id=who["link"])
                told.storage_spaces.add().root.CopyFrom(root)
                return told
            for share in self.received.values():
                if share.to == who["user"]:
                    root = ResourceId(storage_id=OCM, space_id=share.id, opaque_id=share.id)
                    told.storage_spaces.add().root.CopyFrom(root)
            return told

        return self._answered(
            "ListStorageSpaces", spaces.ListStorageSpacesResponse, answer, context
        )

    def ListReceivedOCMShares(self, _request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            person = self._person(self._let_in(context))
            told = ocm.ListReceivedOCMSharesResponse()
            for share in self.received.values():
                if share.to == person.name:
                    told.shares.append(_told(share))
            return told

        kind = ocm.ListReceivedOCMSharesResponse
        return self._answered("ListReceivedOCMShares", kind, answer, context)

    def UpdateReceivedOCMShare(self, request: Any, context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            person = self._person(self._let_in(context))
            share = self.received.get(request.share.id.opaque_id)
            if share is None or share.to != person.name:
                raise Refuse("NOT_FOUND")
            if list(request.update_mask.paths) != ["state"]:
                raise Refuse("INVALID_ARGUMENT", "update mask")
            state = ShareState.Name(request.share.state).removeprefix("SHARE_STATE_")
            self.received[share.id] = replace(share, state=state)
            return ocm.UpdateReceivedOCMShareResponse()

        kind = ocm.UpdateReceivedOCMShareResponse
        return self._answered("UpdateReceivedOCMShare", kind, answer, context)

    def AddAppProvider(self, request: Any, _context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            self.apps.append((time.monotonic(), request.provider))
            return registry.AddAppProviderResponse()

        return self._answered("AddAppProvider", registry.AddAppProviderResponse, answer)

    def ListSupportedMimeTypes(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        def answer() -> Any:
            told = registry.ListSupportedMimeTypesResponse()
            for kind in sorted({kind for _, app in self.apps for kind in app.mime_types}):
                told.mime_types.add(mime_type=kind)
            return told

        kind = registry.ListSupportedMimeTypesResponse
        return self._answered("ListSupportedMimeTypes", kind, answer)


def _told(share: Received) -> ReceivedShare:
    told = ReceivedShare(name=share.name, state=ShareState.Value(f"SHARE_STATE_{share.state}"))
    told.id.opaque_id = share.id
    told.owner.CopyFrom(UserId(idp="https://far.example.org/", opaque_id="einstein"))
    told.creator.CopyFrom(UserId(idp="far.example.org", opaque_id="einstein"))
    return told
