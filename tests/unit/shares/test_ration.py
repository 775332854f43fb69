"""A cloud that locks out is not brought to it, and nobody waits longer than needed."""

from __future__ import annotations

import pytest

from vaas.errors import (
    CloudSpared,
    EfssUnreachable,
    PasswordNeeded,
    PasswordWrong,
    ShareUnknown,
    VaasError,
)
from vaas.model import Secret, ShareLink
from vaas.shares.ration import REFUSALS, WINDOW, Ration


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ration(clock: Clock) -> Ration:
    return Ration(clock)


def link(name: str, host: str = "c.org") -> ShareLink:
    return ShareLink(f"https://{host}", name)


async def ask(
    ration: Ration, link: ShareLink, error: VaasError | None = None, password: str = ""
) -> None:
    async with ration.asking(link, Secret(password) if password else None):
        if error:
            raise error


async def spend(ration: Ration, kind: type[VaasError] = ShareUnknown) -> None:
    for n in range(REFUSALS):
        with pytest.raises(kind):
            await ask(ration, link(f"bad{n}"), kind())


@pytest.mark.parametrize("kind", [ShareUnknown, PasswordNeeded, PasswordWrong])
async def test_after_some_refusals_new_links_wait(
    ration: Ration, clock: Clock, kind: type[VaasError]
) -> None:
    await ask(ration, link("known"))
    await spend(ration, kind)
    clock.now += 600
    with pytest.raises(CloudSpared) as caught:
        await ask(ration, link("new"))
    assert caught.value.retry_after == WINDOW - 600
    await ask(ration, link("known"))
    await ask(ration, link("new", "d.org"))
    clock.now += WINDOW - 600
    await ask(ration, link("new"))


async def test_a_password_is_as_unknown_as_a_link(ration: Ration) -> None:
    await ask(ration, link("known"), password="right")
    await spend(ration)
    await ask(ration, link("known"), password="right")
    for other in ("guess", ""):
        with pytest.raises(CloudSpared):
            await ask(ration, link("known"), password=other)


async def test_what_opened_and_no_longer_does_waits_too(ration: Ration) -> None:
    await ask(ration, link("known"))
    await spend(ration)
    with pytest.raises(ShareUnknown):
        await ask(ration, link("known"), ShareUnknown())
    with pytest.raises(CloudSpared):
        await ask(ration, link("known"))


async def test_a_cloud_that_cannot_be_reached_refused_nothing(ration: Ration) -> None:
    for n in range(2 * REFUSALS):
        with pytest.raises(EfssUnreachable):
            await ask(ration, link(f"bad{n}"), EfssUnreachable())
    await ask(ration, link("new"))
