"""The users of the host that kernels, templates and environments' own processes run as."""

from contextlib import AsyncExitStack
from itertools import combinations

import pytest

from vaas.config import load_settings
from vaas.errors import ServerFull
from vaas.kernels import ForkingHost
from vaas.kernels.forks.host import FIRST_ZYGOTE_UID, MOST_ZYGOTES
from vaas.kernels.forks.templates import fork_users, template_users
from vaas.modes import _users


def test_each_kind_has_its_own():
    kinds = [
        set(range(FIRST_ZYGOTE_UID, FIRST_ZYGOTE_UID + MOST_ZYGOTES)),
        set(template_users(10_000, 10_000)),
        set(fork_users(500)),
    ]
    assert not any(one & other for one, other in combinations(kinds, 2))


def test_all_that_kernels_may_be_can_read_a_mount(tmp_path):
    """A kernel may have been made ahead, or be what became of a template."""
    settings = load_settings(data=tmp_path)
    kernel = settings.kernel
    host = ForkingHost(tmp_path, most=kernel.hosted, templates=4 * kernel.templates)
    assert len(host._users) > kernel.hosted
    assert {*host._users, *host._template_users} == set(_users(settings))


async def test_where_all_are_taken_a_viewer_is_told_so(tmp_path):
    """Forks that wait or end may have those that one more kernel needs."""
    host = ForkingHost(tmp_path, most=2, spares=1)
    async with AsyncExitStack() as stack:
        users = {host._take_user(stack) for _ in range(3)}
        with pytest.raises(ServerFull):
            host._take_user(stack)
    assert set(host._users) == users
