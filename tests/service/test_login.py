"""Logging in, and shares for listed people: who gets in, and by which proof."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.contracts.clouds import Strict14, settings_of
from tests.contracts.servers import free_port
from tests.service.harness import Page, Stage, Viewer, staged
from tests.service.owning import act, announce, enter, page_in, states, until
from tests.service.provider import CLIENT, SECRET, Provider, unsecured
from tests.traces import holding

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def one_provider() -> Iterator[Provider]:
    with Provider() as found:
        yield found


@pytest.fixture
def provider(one_provider: Provider) -> Provider:
    one_provider.straighten()
    return one_provider


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict14]:
    with Strict14(tmp_path_factory.mktemp("strict")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(one_provider: Provider, strict: Strict14) -> AsyncIterator[Stage]:
    port = free_port()
    about = {"issuer": one_provider.url, "client_id": CLIENT, "client_secret": SECRET}
    async with staged(
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        ocm={
            "enabled": True,
            "peer": settings_of(strict),
            "visible": "people",
            "people": ["*@operator.example.org", "Otto@cloud.example.org"],
        },
        oidc=about | {"insecure": True, "private": True},
    ) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def viewer(stage: Stage, provider: Provider) -> AsyncIterator[Viewer]:
    async with stage.viewer() as found:
        yield found
    assert not stage.heard("failed")
    stage.said.clear()


async def leave(viewer: Viewer, to: str = "/ocm/mine") -> str:
    """Go to where people log in, and log in there; the address back."""
    away = await viewer.get(f"/ocm/login?to={to}")
    assert away.status == 302, away.text
    async with httpx.AsyncClient(verify=False) as browser:  # noqa: S501 (http)
        answer = await browser.get(away.headers["Location"])
    assert answer.status_code == 302
    back = answer.headers["Location"]
    assert back.startswith(f"{viewer.url}/ocm/login/back?")
    return back.removeprefix(viewer.url)


async def log_in(viewer: Viewer, to: str = "/ocm/mine") -> Page:
    return await viewer.get(await leave(viewer, to))


async def be(viewer: Viewer, provider: Provider, address: str) -> None:
    """Log in as somebody."""
    provider.person["email"] = address
    assert (await log_in(viewer)).status == 302


async def test_somebody_logs_in_and_out(stage: Stage, viewer: Viewer, provider: Provider) -> None:
    asks = await viewer.get("/ocm/mine")
    assert asks.status == 401
    link = re.search(r'href="(/ocm/login\?to=[^"]+)"', asks.text)
    assert link
    back = await leave(viewer, link[1].partition("=")[2])
    page = await viewer.get(back)
    assert (page.status, page.headers["Location"]) == (302, "/ocm/mine")
    cookie = next(one for one in page.headers.get_list("Set-Cookie") if "vaas-person" in one)
    assert {"httponly", "samesite=lax", "path=/"} <= {
        part.strip().lower() for part in cookie.split(";")
    }
    assert "alice@cloud.example.org" in (await viewer.get("/ocm/mine")).text
    assert (await viewer.get(back)).failure == "login_failed"  # a second time it is worth nothing
    await viewer.client.post("/ocm/logout", headers={"Origin": viewer.url})
    assert (await viewer.get("/ocm/mine")).status == 401
    for secret in (SECRET, "opens more", parse_qs(urlsplit(back).query)["code"][0]):
        assert not [one for one in stage.said if secret in repr(one)]


def claim(name: str, value: Any) -> Callable[[Any, Any], object]:
    return lambda _header, claims: claims.update({name: value})


def without(name: str) -> Callable[[Any, Any], object]:
    return lambda _header, claims: claims.pop(name)


WRONG = {
    "another issuer": claim("iss", "http://127.0.0.1:1"),
    "no issuer": without("iss"),
    "for another": claim("aud", "somebody else"),
    "for several": claim("aud", [CLIENT, "somebody else"]),
    "for several, made for another": lambda _, claims: claims.update(aud=[CLIENT, "x"], azp="x"),
    "made for another": claim("azp", "somebody else"),
    "for nobody": without("aud"),
    "over": claim("exp", 1_000_000),
    "without end": without("exp"),
    "of tomorrow": lambda _, claims: claims.update(iat=claims["iat"] + 86_400),
    "another nonce": claim("nonce", "x"),
    "no nonce": without("nonce"),
    "of no one": without("sub"),
    "not verified": claim("email_verified", False),
    "verified in words": claim("email_verified", "true"),
    "no word of that": without("email_verified"),
    "no address": claim("email", "alice"),
    "a list": claim("email", ["alice@cloud.example.org"]),
    "with a space in it": claim("email", "a b@cloud.example.org"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_with_other_claims(viewer: Viewer, provider: Provider, what: str) -> None:
    provider.bend = WRONG[what]
    assert (await log_in(viewer)).failure == "login_failed"
    assert (await viewer.get("/ocm/mine")).status == 401


STRANGER = RSAKey.generate_key(2048, {"kid": "first"}, private=True)
CURVE = ECKey.generate_key("P-256", {"kid": "first"}, private=True)
FORGED: dict[str, Callable[[Provider, Any, Any], str]] = {
    "by nobody": lambda _, header, claims: unsecured(header, claims),
    "by a stranger": lambda _, header, claims: jwt.encode(header, claims, STRANGER),
    "on another curve": lambda _, header, claims: jwt.encode(
        header | {"alg": "ES256"}, claims, CURVE
    ),
    "with the client's secret": lambda _, header, claims: jwt.encode(
        header | {"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32))
    ),
    "with the public key as a secret": lambda provider, header, claims: jwt.encode(
        header | {"alg": "HS256"},
        claims,
        OctKey.import_key(provider.keys[-1].as_pem(private=False)),
    ),
    "with a key that nobody knows": lambda provider, header, claims: provider.signed(
        header | {"kid": "other"}, claims
    ),
    "as something else": lambda *_: "no token",
    "changed afterwards": lambda provider, header, claims: (
        provider.signed(header, claims)[:-8] + "AAAAAAAA"
    ),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("how", FORGED)
async def test_a_token_signed_otherwise(viewer: Viewer, provider: Provider, how: str) -> None:
    provider.sign = lambda header, claims: FORGED[how](provider, header, claims)
    assert (await log_in(viewer)).failure == "login_failed"
    assert (await viewer.get("/ocm/mine")).status == 401


async def test_coming_back_with_another_state(viewer: Viewer, provider: Provider) -> None:
    back = await leave(viewer)
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert (await viewer.get(back.replace(state, "x"))).failure == "login_failed"
    assert "/token" not in provider.asked


async def test_coming_back_with_another_browser(
    stage: Stage, viewer: Viewer, provider: Provider
) -> None:
    """Nobody is logged in as the attacker whose link they follow."""
    back = await leave(viewer)
    async with stage.viewer() as victim:
        assert (await victim.get(back)).failure == "login_failed"
        await leave(victim)  # they are on the way themselves
        assert (await victim.get(back)).failure == "login_failed"
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "query", ["", "state=x", "error=access_denied", "code=x&state=%C3%A9", "error=%3Cscript%3E"]
)
async def test_coming_back_with_nothing(viewer: Viewer, query: str) -> None:
    page = await viewer.get(f"/ocm/login/back?{query}")
    assert 'href="/ocm/login">Try again' in page.text
    assert (page.status, page.failure) == (403, "login_failed")
    assert "<script>" not in page.text


async def test_the_provider_says_no(viewer: Viewer, provider: Provider) -> None:
    back = await leave(viewer)
    state = parse_qs(urlsplit(back).query)["state"][0]
    refused = f"/ocm/login/back?state={state}&error=access_denied"
    assert (await viewer.get(refused)).failure == "login_failed"
    assert "/token" not in provider.asked


async def test_an_answer_of_another_provider(viewer: Viewer, provider: Provider) -> None:
    back = await leave(viewer)
    issuer = urlsplit(provider.url).netloc.replace(":", "%3A")
    assert issuer in back
    assert (await viewer.get(back.replace(issuer, "evil"))).failure == "login_failed"
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "to", ["//evil.example.org/", "https://evil.example.org/", "/s/a/b/", "/ocm/s/x", "/ocm/mine/x"]
)
async def test_nobody_is_led_elsewhere(viewer: Viewer, provider: Provider, to: str) -> None:
    assert (await log_in(viewer, to)).headers["Location"] == "/ocm/mine"


async def test_new_keys_of_the_provider_are_fetched(
    viewer: Viewer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vaas.mesh import tokens

    assert (await log_in(viewer)).status == 302
    provider.keys.append(RSAKey.generate_key(2048, {"kid": "second"}, private=True))
    try:
        # They were fetched a moment ago, and are not again for each wrong token.
        assert (await log_in(viewer)).failure == "login_failed"
        monkeypatch.setattr(tokens, "_KEYS_AGAIN", 0.0)
        assert (await log_in(viewer)).status == 302
    finally:
        provider.keys.pop()


async def test_a_claim_may_be_told_apart(viewer: Viewer, provider: Provider) -> None:
    del provider.person["email"]
    provider.more = {"email": "ann@cloud.example.org", "email_verified": False}
    assert (await log_in(viewer)).failure == "login_failed"  # whatever the token says of another
    provider.more = {"email": "ann@cloud.example.org"}
    assert (await log_in(viewer)).status == 302
    assert "ann@cloud.example.org" in (await viewer.get("/ocm/mine")).text


async def test_a_claim_of_somebody_else(viewer: Viewer, provider: Provider) -> None:
    del provider.person["email"]
    provider.more = {"email": "ann@cloud.example.org", "sub": "2"}
    assert (await log_in(viewer)).failure == "login_failed"


async def test_a_provider_that_wants_the_secret_in_the_form(
    stage: Stage, viewer: Viewer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = stage.front.login._issuer  # type: ignore[union-attr]
    monkeypatch.setattr(issuer, "_about", None)
    provider.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await log_in(viewer)).status == 302
    monkeypatch.setattr(issuer, "_about", None)
    for about in ({"issuer": "http://127.0.0.1:1"}, {"jwks_uri": 7}, {"token_endpoint": ""}):
        provider.about = about
        assert (await viewer.get("/ocm/login")).failure == "login_failed"
    provider.about = {"token_endpoint": "http://192.0.2.7/token"}
    assert (await log_in(viewer)).failure == "login_failed"
    monkeypatch.setattr(issuer, "_about", None)


# Listed people.


async def shared(stage: Stage, viewer: Viewer, strict: Strict14, name: str) -> str:
    """A share that is open, and its sender on their page; its address."""
    before = len(stage.heard("share_open"))
    _, message = await announce(stage, strict, name)
    await until(stage, "share_open", before + 1)
    await enter(viewer, page_in(stage, strict.heard[-1]["notification"]["message"]))
    found = re.search(r"/ocm/s/\w+/", message)
    assert found
    return found[0]


def share_of(address: str) -> str:
    return address.split("/")[3]


SOURCE = "app.ipynb?vaas=source"


async def test_who_is_listed_gets_in(
    stage: Stage, viewer: Viewer, provider: Provider, strict: Strict14
) -> None:
    address = await shared(stage, viewer, strict, "For some")
    assert (await viewer.get(address + SOURCE)).status == 200  # its sender, who is logged in
    listed = "Marie@cloud.example.org, *@uni.example.org"
    assert (await act(viewer, share_of(address), "invite", typed=listed)).status == 303
    async with stage.viewer() as somebody:
        asked = await somebody.get(address + SOURCE)
        assert asked.status == 401
        assert "Log in" in asked.text
        link = re.search(r'href="/ocm/login\?to=([^"]+)"', asked.text)
        assert link
        provider.person["email"] = "marie@CLOUD.example.org"
        page = await log_in(somebody, html.unescape(link[1]))
        assert page.headers["Location"] == address + SOURCE
        assert (await somebody.get(address + SOURCE)).status == 200
        for who, status in {
            "dean@uni.example.org": 200,
            "x@operator.example.org": 200,
            "otto@cloud.example.org": 200,
            "mallory@cloud.example.org": 403,
            "x@sub.uni.example.org": 403,
            f"bob@{strict.host}": 403,
        }.items():
            await be(somebody, provider, who)
            page = await somebody.get(address + SOURCE)
            assert page.status == status, who
            picture = await somebody.get(f"{address}no.png")
            assert picture.status == (404 if status == 200 else 403)
        assert "You are here as <strong>bob@" in page.text
        await be(somebody, provider, "marie@cloud.example.org")
        await act(viewer, share_of(address), "invite", typed="")
        assert (await somebody.get(address + SOURCE)).status == 403
        assert states(await somebody.get("/ocm/mine")) == {}


async def test_who_has_no_login_gets_an_address_of_their_own(
    stage: Stage, viewer: Viewer, strict: Strict14
) -> None:
    address = await shared(stage, viewer, strict, "By address")
    share = share_of(address)
    listed = "marie@cloud.example.org\nnoor@cloud.example.org"
    await act(viewer, share, "invite", typed=listed)
    page = await viewer.get("/ocm/mine")
    own = re.findall(rf'value="http[^"]*({address}\?key=[^"]+)"', page.text)
    assert len(own) == 3  # theirs, and the sender's
    async with stage.viewer() as marie, stage.viewer() as noor:
        for guest, signed in zip((marie, noor), own[:2], strict=True):
            assert (await guest.get(html.unescape(signed))).status == 302
            assert (await guest.get(address + SOURCE)).status == 200
            assert (await guest.get("/ocm/mine")).status == 401
        await act(viewer, share, "invite", typed="noor@cloud.example.org")
        assert (await marie.get(address + SOURCE)).status == 403
        assert (await noor.get(address + SOURCE)).status == 200
        # One that was signed for another name, or share, opens nothing.
        name, _, signature = html.unescape(own[1]).partition("key=")[2].partition(".")
        other = html.unescape(own[0]).partition("key=")[2].partition(".")[0]
        async with stage.viewer() as thief:
            await thief.get(f"{address}?key={other}.{signature}")
            assert (await thief.get(address + SOURCE)).status == 401
            elsewhere = await shared(stage, viewer, strict, "Elsewhere")
            await thief.get(f"{elsewhere}?key={name}.{signature}")
            assert (await thief.get(elsewhere + SOURCE)).status == 401
        await act(viewer, share, "renew")
        assert (await noor.get(address + SOURCE)).status == 401


async def test_what_is_no_address_is_told(stage: Stage, viewer: Viewer, strict: Strict14) -> None:
    address = await shared(stage, viewer, strict, "Typed")
    await act(viewer, share_of(address), "invite", typed="marie@cloud.example.org")
    page = await act(viewer, share_of(address), "invite", typed="nils@x.org <b>nobody</b>")
    assert page.status == 422
    assert "&lt;b&gt;nobody&lt;/b&gt;" in page.text
    assert "<b>nobody" not in page.text
    page = await viewer.get("/ocm/mine")
    assert "marie@cloud.example.org" in page.text
    assert "nils" not in page.text
    many = " ".join(f"a{n}@x.org" for n in range(201))
    assert (await act(viewer, share_of(address), "invite", typed=many)).status == 422


async def test_what_is_gone_tells_so_to_who_was_listed(
    stage: Stage, viewer: Viewer, provider: Provider, strict: Strict14
) -> None:
    address = await shared(stage, viewer, strict, "Ends")
    await act(viewer, share_of(address), "invite", typed="zoe@cloud.example.org")
    await act(viewer, share_of(address), "decline")
    async with stage.viewer() as somebody:
        assert (await somebody.get(address)).status == 401
        await be(somebody, provider, "zoe@cloud.example.org")
        assert (await somebody.get(address)).failure == "withdrawn"
    assert not holding(stage.data, "zoe@cloud")
