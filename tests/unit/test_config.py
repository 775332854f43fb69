"""Settings: where they come from, which one wins, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaas.config import Settings, Site, load_settings
from vaas.doorways import Doorways
from vaas.errors import ConfigError
from vaas.shares import OutboundClient, OutboundPolicy
from vaas.taken import site_rules

CS3 = 'host = "a"\nproduct = "cs3"\ngateway = "g.a:9142"'


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("VAAS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vaas.toml"
    path.write_text(
        'port = 1001\nhost = "127.0.0.2"\nlog_format = "json"\n'
        '[[site]]\nhost = "cloud.example.org"\nproduct = "nextcloud"\n'
        "[copy]\ndepth = 3\n[kernel]\nmost = 5\ncell = 1.5\n"
    )
    return path


def test_the_file_is_read(file: Path) -> None:
    found = load_settings(file)
    assert (found.port, found.host) == (1001, "127.0.0.2")
    assert found.site == (Site(host="cloud.example.org", product="nextcloud"),)
    assert found.copy_limits.depth == 3
    assert (found.kernel.most, found.kernel.cell) == (5, 1.5)


def test_a_site_with_a_gateway(tmp_path: Path) -> None:
    path = tmp_path / "vaas.toml"
    path.write_text(
        f'[[site]]\n{CS3}\naliases = ["data.a"]\nca = "c"\ncertificate = "f"\nkey = "k"'
    )
    [rule] = site_rules(load_settings(path))
    assert (rule.product, rule.gateway, rule.tls) == ("cs3", "g.a:9142", True)
    assert (rule.ca, rule.certificate, rule.key) == ("c", "f", "k")
    assert rule.aliases == ("data.a",)


def test_command_line_wins_over_environment_over_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAAS_PORT", "1002")
    monkeypatch.setenv("VAAS_HOST", "127.0.0.3")
    monkeypatch.setenv("VAAS_KERNEL__MOST", "6")
    monkeypatch.setenv("VAAS_KERNEL__SANDBOX", "none")
    found = load_settings(file, port=1003, kernel={"sandbox": "bubblewrap"})
    assert (found.port, found.host, found.log_format) == (1003, "127.0.0.3", "json")
    assert (found.kernel.most, found.kernel.cell, found.kernel.sandbox) == (6, 1.5, "bubblewrap")


def test_without_a_file_no_site_is_open() -> None:
    found = load_settings()
    assert found.site == ()
    assert found.open_mode == "listed"
    assert found.host == "127.0.0.1"
    assert found.kernel.sandbox == "bubblewrap"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "prot: there is no such setting"),
        ("port = 70000", "port"),
        ('port = "many"', "port"),
        ('public_url = "https://a.example/path"', "without a path"),
        ('open_mode = "all"', "open_mode"),
        ('[[site]]\nproduct = "nextcloud"', "site.0.host"),
        ('[[site]]\nhost = ""', "site.0.host"),
        ('[[site]]\nhost = "a"\nproduct = "dropbox"', "site.0.product"),
        ('[[site]]\nhost = "a"\nproduct = "cs3"', "go together"),
        ('[[site]]\nhost = "a"\ngateway = "g:1"', "go together"),
        ('[[site]]\nhost = "a"\nproduct = "cs3"\ngateway = "https://g:1"', "site.0.gateway"),
        ('[[site]]\nhost = "a"\nproduct = "cs3"\ngateway = "g"', "gateway.example.org:9142"),
        ('[[site]]\nhost = "a"\nca = "f"', "for a gateway with tls"),
        (f'[[site]]\n{CS3}\ntls = false\nca = "f"', "for a gateway with tls"),
        (f'[[site]]\n{CS3}\ncertificate = "f"', "certificate and key go together"),
        (f'[[site]]\n{CS3}\naccount = {{ kind = "machine" }}', "site.0.account.kind"),
        ('[cs3_app]\nlisten = "0.0.0.0:1"', "in announce where that is"),
        ('[cs3_app]\nlisten = "9210"', "cs3_app.listen"),
        ('[cs3_app]\nca = "f"', "certificate and key go together"),
        ("[kernel]\nmemory = 5", "kernel.memory"),
        ('[kernel]\nsandbox = "maybe"', "kernel.sandbox"),
        ("[copy]\ndepth = 0", "copy.depth"),
        ("port = = 1", "vaas.toml"),
        ("[kernel", "vaas.toml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "vaas.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert said in caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("", ""),
        ("https://Dash.Example.org:443", "https://dash.example.org"),
        ("http://dash.example.org:80", "http://dash.example.org"),
        ("https://dash.example.org:80", "https://dash.example.org:80"),
    ],
)
def test_the_public_address_is_what_browsers_send(given: str, origin: str) -> None:
    assert load_settings(public_url=given).public_url == origin


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(ConfigError):
        load_settings(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'host = "\xe9"')
    with pytest.raises(ConfigError, match=r"latin\.toml"):
        load_settings(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("name", "value"),
    [("VAAS_PORT", "x"), ("VAAS_SITE", "cloud.example.org"), ("VAAS_KERNEL__MOST", "-1")],
)
def test_a_wrong_variable_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert name.split("_")[1].lower() in caught.value.detail.lower()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]
    assert isinstance(load_settings(), Settings)


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("share", "share"),
        ("none", "none"),
        (["a.test", "*.b.test:8443"], ("a.test", "*.b.test:8443")),
    ],
)
def test_whose_pages_may_frame_dashboards(given: object, held: object) -> None:
    assert load_settings(embed=given).embed == held


@pytest.mark.parametrize("given", ["all", ["https://a.test"], ["a.test; script-src *"], ["*"]])
def test_who_is_no_host_cannot_frame(given: object) -> None:
    with pytest.raises(ConfigError, match="embed"):
        load_settings(embed=given)


def test_hosts_can_be_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAAS_EMBED", '["a.test"]')
    assert load_settings().embed == ("a.test",)
    monkeypatch.setenv("VAAS_EMBED", "none")
    assert load_settings().embed == "none"


def test_the_mesh_is_off_and_then_wants_to_be_found(tmp_path: Path) -> None:
    import asyncio

    from vaas.member import member

    async def joined(**ocm: object) -> bool:
        async with member(load_settings(ocm=ocm), tmp_path) as found:
            return found is not None

    assert not asyncio.run(joined())
    with pytest.raises(ConfigError, match="public_url"):
        asyncio.run(joined(enabled=True))
    with pytest.raises(ConfigError, match="visible"):
        load_settings(ocm={"visible": "nobody"})
    with pytest.raises(ConfigError, match="peer"):
        load_settings(ocm={"peer": [{"allow": True}]})


def test_keys_of_the_state_are_never_shown() -> None:
    assert "sesame" not in repr(load_settings(ocm={"keys": ["open sesame"]}))


@pytest.mark.parametrize("prefix", ["/services/ocm", "/ocm-ip", ""])
def test_where_other_clouds_send_viewers(prefix: str) -> None:
    found = load_settings(ocm={"integration": {"prefix": prefix}})
    assert found.ocm.integration.prefix == prefix


@pytest.mark.parametrize(
    "prefix", ["services", "/", "/ocm", "/s/x", "/api", "/a/../b", "/a b", "/a/"]
)
def test_addresses_that_are_in_use_or_none_are_no_prefix(prefix: str) -> None:
    with pytest.raises(ConfigError, match=r"ocm\.integration\.prefix"):
        load_settings(ocm={"integration": {"prefix": prefix}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[[site]]\n{CS3}\naccount = {{ name = "me" }}', "which is not enabled"),
        (f'[[site]]\n{CS3}\n[cs3_app]\nsite = "a"', "public_url"),
        (f'public_url = "https://d.a"\n[[site]]\n{CS3}\n[cs3_app]\nsite = "b"', "is called b"),
        ('public_url = "https://d.a"\n[[site]]\nhost = "a"\n[cs3_app]\nsite = "a"', "a gateway"),
    ],
)
async def test_settings_that_do_not_go_together(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "vaas.toml"
    path.write_text(text)
    policy = OutboundPolicy([])
    async with OutboundClient(policy) as client:
        with pytest.raises(ConfigError, match=said):
            async with Doorways.opened(load_settings(path), tmp_path, client, policy):
                pass


def test_passwords_of_accounts_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "vaas.toml"
    path.write_text(f'[[site]]\n{CS3}\naccount = {{ name = "me", password = "sesame" }}')
    settings = load_settings(path)
    assert "sesame" not in f"{settings!r} {settings.model_dump()} {site_rules(settings)}"
