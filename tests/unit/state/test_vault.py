"""Keys of the house: kept, and what they sign."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from vaas.errors import ConfigError
from vaas.model import Secret
from vaas.state import Vault
from vaas.state.vault import kept_keys


def key() -> Secret:
    return Secret(Fernet.generate_key().decode())


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    (first,) = kept_keys(tmp_path / "keys")
    assert kept_keys(tmp_path / "keys") == [first]
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        kept_keys(tmp_path / "keys")


def test_what_is_no_key_is_told_without_showing_it() -> None:
    with pytest.raises(ConfigError) as told:
        Vault([Secret("no key at all")])
    assert "no key at all" not in str(told.value)


def test_signatures_hold_for_their_text_and_any_key() -> None:
    old, new = key(), key()
    signed = Vault([old]).sign("share 1")
    assert Vault([new, old]).verifies("share 1", signed)
    assert not Vault([new, old]).verifies("share 2", signed)
    assert not Vault([new]).verifies("share 1", signed)
    assert not Vault([old]).verifies("share 1", "\udcff")
    assert not Vault([old]).verifies("share 1", "")
