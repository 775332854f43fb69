"""Whose pages may frame a dashboard: what its share says, bounded by the operator."""

from __future__ import annotations

import re

import pytest

from vaas.model import FRAME_HOST
from vaas.web.embedding import cookie, framed_by, sources
from vaas.web.policies import SITE_POLICY, dashboard_policy

SHARE = ("cloud.example.org", "*.box.test")


@pytest.mark.parametrize(
    ("operator", "share", "allowed"),
    [
        ("none", SHARE, "'none'"),
        ("none", None, "'none'"),
        ("share", SHARE, "cloud.example.org *.box.test"),
        ("share", (), "'none'"),
        ("share", None, "'none'"),
        (("*.example.org",), SHARE, "cloud.example.org"),
        (("*.example.org", "a.box.test"), SHARE, "a.box.test cloud.example.org"),
        (("CLOUD.example.org", "*.a.box.test"), SHARE, "*.a.box.test cloud.example.org"),
        (("example.org", "box.test", "xbox.test"), SHARE, "'none'"),
        (("cloud.example.org:8443",), SHARE, "'none'"),
        (("cloud.example.org",), (), "'none'"),
        (("cloud.example.org", "b.test"), None, "cloud.example.org b.test"),
        ((), SHARE, "'none'"),
    ],
)
def test_both_must_name_a_host(operator: str, share: tuple[str, ...] | None, allowed: str) -> None:
    assert sources(operator, share) == allowed


@pytest.mark.parametrize("policy", [SITE_POLICY, dashboard_policy(["https:"])])
def test_nothing_else_of_a_policy_changes(policy: str) -> None:
    assert "frame-ancestors 'none'" in policy
    framed = framed_by(policy, "a.test b.test")
    assert framed.replace("frame-ancestors a.test b.test", "frame-ancestors 'none'") == policy


@pytest.mark.parametrize(
    "host",
    ["a.test; script-src *", "*", "'self'", "https:", "a b", "*.*.a", "a..b", "a.test\n", ""],
)
def test_what_is_no_host(host: str) -> None:
    assert not re.compile(FRAME_HOST.replace("$", r"\Z")).match(host)


def test_the_cookie_is_kept_for_the_framing_site_alone() -> None:
    assert cookie("__Host-x", "a-_b") == (
        "__Host-x=a-_b; HttpOnly; Path=/; SameSite=None; Secure; Partitioned"
    )
