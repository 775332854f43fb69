"""Signed addresses of persons, and lists of people."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from vaas.mesh.guests import MOST, guest_list, is_listed
from vaas.mesh.notes import TOLD_FOR, Notes
from vaas.mesh.passes import BETWEEN, Holder, Passes, packed, unpacked
from vaas.model import Secret
from vaas.state import Vault
from vaas.state.values import Received

ALICE = "alice@cloud.example.org"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def vault() -> Vault:
    return Vault([Secret(Fernet.generate_key().decode())])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passes(clock: Clock) -> Passes:
    return Passes(vault(), clock)


def test_a_pass_is_good_until_its_end(passes: Passes, clock: Clock) -> None:
    made = passes.of_person(ALICE, 60)
    assert passes.read(made) == Holder(ALICE, frozenset(), clock.now + 60)
    clock.now += 59
    assert passes.read(made).address == ALICE
    clock.now += 1
    assert not passes.read(made)


def test_another_key_or_another_purpose_makes_none(passes: Passes, clock: Clock) -> None:
    house = vault()
    other, made = Passes(house, clock), passes.of_person(ALICE)
    assert not other.read(made)
    told = made.partition(".")[0]
    plain = unpacked(told)
    for signature in (house.sign(plain), house.sign(f"login {told}"), ""):
        assert not other.read(f"{told}.{signature}")
    assert other.read(f"{told}.{house.sign(f'pass {plain}')}")


def test_nothing_in_it_can_be_changed(passes: Passes) -> None:
    told, _, signature = passes.of_share("a" * 32).partition(".")
    plain = unpacked(told)
    for changed in (
        plain.replace("share", "person"),
        plain.replace("a" * 32, "b" * 32),
        f"9{plain}",
    ):
        forged = packed(changed)
        assert not passes.read(f"{forged}.{signature}")


@given(st.text(max_size=80))
def test_nonsense_is_nobody(text: str) -> None:
    assert not Passes(vault()).read(text)
    assert Passes(vault()).joined("", text) in {text, ""}


def test_shares_add_up_and_a_person_stands_alone(passes: Passes, clock: Clock) -> None:
    one, two = passes.of_share("1" * 32, 10), passes.of_share("2" * 32, 20)
    both = passes.joined(one, two)
    assert passes.read(both).shares == {"1" * 32, "2" * 32}
    assert passes.joined(both, two).count(BETWEEN) == 1
    person = passes.of_person(ALICE)
    assert passes.joined(both, person) == person
    assert passes.read(passes.joined(person, one)) == Holder(ALICE, {"1" * 32}, clock.now + 10)
    clock.now += 15
    assert passes.joined(both, passes.of_share("3" * 32)).count(BETWEEN) == 1
    many = ""
    for n in range(50):
        many = passes.joined(many, passes.of_share(f"{n:032}"))
    assert len(passes.read(many).shares) == 20
    assert f"{49:032}" in passes.read(many).shares
    assert len(many) < 4000  # as browsers keep it


def test_a_list_as_people_type_it() -> None:
    typed = "Marie@https://Cloud.example.org/, bob@x.org;bob@x.org\n *@uni.example.org\tnobody @x"
    good, wrong = guest_list(typed)
    assert good == ["Marie@cloud.example.org", "bob@x.org", "*@uni.example.org"]
    assert wrong == ["nobody", "@x"]
    many = [f"a{n}@x.org" for n in range(MOST + 2)]
    assert guest_list(" ".join(many)) == (many[:MOST], many[MOST:])
    assert guest_list(" \n") == ([], [])


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("marie@cloud.example.org", True),
        ("MARIE@CLOUD.example.org", True),
        ("dean@uni.example.org", True),
        ("dean@sub.uni.example.org", False),
        ("dean@uni.example.org.evil.org", False),
        ("marie@other.example.org", False),
        ("x@marie@cloud.example.org", False),
        ("*@cloud.example.org", False),
    ],
)
def test_who_is_listed(address: str, listed: bool) -> None:
    assert is_listed(address, ["Marie@cloud.example.org", "*@uni.example.org"]) is listed


def test_what_is_gone_is_told_for_a_day(clock: Clock) -> None:
    notes = Notes(clock)
    notes.gone(Received("1" * 32, "x.org", name="Rivers"), "owner")
    notes.gone(Received("1" * 32, "x.org", name="Rivers"), "lost")
    notes.gone(Received("2" * 32, "x.org"), "lost")  # nobody knows what it was
    assert [(one.name, one.why) for one in notes.gone_lately()] == [("Rivers", "owner")]
    clock.now += TOLD_FOR + 1
    assert notes.gone_lately() == []
