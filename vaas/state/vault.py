"""Keys of the house: what encrypts secrets at rest and signs addresses.

There is a list of keys. The first encrypts and signs, all decrypt and verify: an
operator puts a new one on top, restarts (which encrypts everything anew), and
takes the old one away when links signed with it may end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from vaas.errors import ConfigError
from vaas.model import Secret


class Vault:
    """Encrypts, decrypts and signs."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        """Take the keys.

        Args:
            keys: as ``Fernet.generate_key`` makes them, the newest first.

        Raises:
            ConfigError: there is none, or one is no key.
        """
        try:
            self._fernet = MultiFernet([Fernet(key.value) for key in keys])
        except ValueError:
            raise ConfigError("the keys of the state are not what “vaas” makes") from None
        self.many = len(keys) > 1
        self._signing = [hashlib.sha256(b"sign " + key.value.encode()).digest() for key in keys]

    def seal(self, name: str, secret: Secret) -> bytes:
        """Encrypt a secret, bound to what it belongs to."""
        return self._fernet.encrypt(json.dumps([name, secret.value]).encode())

    def unseal(self, name: str, sealed: bytes) -> Secret:
        """Decrypt a secret.

        Raises:
            ConfigError: none of the keys fits, or it belongs to something else.
        """
        try:
            whose, text = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ConfigError("the state was encrypted with a key that is not here") from None
        if whose != name:
            raise ConfigError("a secret of the state stands in another's place")
        return Secret(text)

    def again(self, sealed: bytes) -> bytes:
        """Encrypt with the first key what any of them encrypted."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise ConfigError("the state was encrypted with a key that is not here") from None

    def sign(self, text: str) -> str:
        """A signature that fits into an address."""
        return _signature(self._signing[0], text)

    def verifies(self, text: str, signature: str) -> bool:
        """Whether a signature is one of ours."""
        given = signature.encode(errors="replace")
        return any(
            hmac.compare_digest(_signature(key, text).encode(), given) for key in self._signing
        )


def _signature(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode(), "sha256")[:18]
    return base64.urlsafe_b64encode(digest).decode()


def kept_keys(file: Path) -> list[Secret]:
    """The keys in a file, one a line; made with a first one if it is not there. It blocks.

    Raises:
        ConfigError: others may read it, or it cannot be read or made.
    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(Fernet.generate_key() + b"\n")
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(f"{file}: others may read it; chmod 600 it")
        return [Secret(line.strip()) for line in file.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error


__all__ = ["Vault", "kept_keys"]
