"""The system calls that a notebook has no business with.

A deny list: scientific code uses hundreds of calls, and the namespaces already
take the ground from under most attacks. What is denied is what has opened
kernels before (bpf, userfaultfd, io_uring, keyrings), what would build a new
sandbox inside the sandbox (namespaces, mounts) and sockets of families other
than the usual ones.
"""

from __future__ import annotations

import errno
import os
from functools import lru_cache
from typing import Any

DENIED = (
    # other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd",
    # parts of the kernel that strangers should not reach
    "bpf", "userfaultfd", "perf_event_open", "keyctl", "add_key", "request_key",
    "memfd_secret", "lookup_dcookie", "syslog", "acct", "quotactl", "quotactl_fd",
    "fanotify_init", "name_to_handle_at", "open_by_handle_at",
    # mounts and namespaces
    "mount", "umount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen",
    "fsconfig", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr",
    # the machine itself
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
    "swapon", "swapoff", "reboot", "settimeofday", "clock_settime", "clock_settime64",
    "clock_adjtime", "clock_adjtime64", "adjtimex", "stime", "vhangup", "iopl", "ioperm",
    "modify_ldt", "nfsservctl", "uselib", "ustat", "sysfs", "migrate_pages", "move_pages",
)  # fmt: skip
"""Answered with EPERM."""

ABSENT = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register")
"""Answered with ENOSYS: the C library then falls back to older calls, whose flags can be seen."""

NAMESPACE_FLAGS = (
    0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000,
    0x40000000,
)  # fmt: skip
"""clone(2): CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""

FAMILIES = frozenset({1, 2, 10, 16})
"""socket(2): AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; all others do not exist."""

LAST_FAMILY = 46
APART = 0x7E020000
"""All of them but NEWTIME: what a template's forks are made with, see ``kernels.guest.forking``."""

SHARED_FLAGS = (
    0x00000100, 0x00000200, 0x00000400, 0x00000800, 0x00008000, 0x00040000, 0x00800000, 0x80000000,
)  # fmt: skip
"""clone(2): CLONE_VM, FS, FILES, SIGHAND, PARENT, SYSVSEM, UNTRACED, IO: a fork shares nothing."""

AF_INET, AF_INET6, AF_NETLINK, SOCK_RAW = 2, 10, 16, 3
NETFILTER_OPTIONS = (64, 65, 96, 97, 128, 129)
"""setsockopt(2) at the level of IP: tables for the firewall of a network of one's own."""

BRIDGE_REQUESTS = (0x8940, 0x8941, 0x8982, 0x8983, 0x89A0, 0x89A1, 0x89A2, 0x89A3)
"""ioctl(2): bridges and virtual networks."""

PR_SET_PDEATHSIG = 1
"""prctl(2): taking back the wish to die with the server."""

TTY_INJECTIONS = (0x5412, 0x541C)
"""ioctl(2): TIOCSTI and TIOCLINUX type into somebody's terminal."""


def _deny_namespaces(filter_: Any, seccomp: Any) -> None:
    """No new namespace at all."""
    for flag in NAMESPACE_FLAGS:
        rule = seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag)
        filter_.add_rule(seccomp.ERRNO(errno.EPERM), "clone", rule)


def _deny_all_but_forks(filter_: Any, seccomp: Any) -> None:
    """New namespaces only all at once and with nothing shared.

    Whoever makes them has every right inside of them until the server has
    furnished them, so the parts of the Linux kernel that such rights would
    open are closed: networks, firewalls, raw sockets (mounts are anyway).
    """
    eperm = seccomp.ERRNO(errno.EPERM)
    flags = [flag for flag in NAMESPACE_FLAGS if flag & APART]
    for flag in flags:
        for other in set(flags) - {flag}:
            rule = seccomp.Arg(0, seccomp.MASKED_EQ, flag | other, flag)
            filter_.add_rule(eperm, "clone", rule)
    for shared in SHARED_FLAGS:
        both = flags[0] | shared
        filter_.add_rule(eperm, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, both, both))
    for level in (0, 41):
        for option in NETFILTER_OPTIONS:
            ip, table = seccomp.Arg(1, seccomp.EQ, level), seccomp.Arg(2, seccomp.EQ, option)
            filter_.add_rule(eperm, "setsockopt", ip, table)
    for request in BRIDGE_REQUESTS:
        filter_.add_rule(eperm, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    for family in (AF_INET, AF_INET6):
        kind = seccomp.Arg(1, seccomp.MASKED_EQ, 0xF, SOCK_RAW)
        filter_.add_rule(eperm, "socket", seccomp.Arg(0, seccomp.EQ, family), kind)


def _deny_by_arguments(filter_: Any, seccomp: Any, families: frozenset[int]) -> None:
    """Add the rules that look at a call's arguments."""
    eperm, no_family = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.EAFNOSUPPORT)
    filter_.add_rule(eperm, "prctl", seccomp.Arg(0, seccomp.EQ, PR_SET_PDEATHSIG))
    for request in TTY_INJECTIONS:
        low_half = seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request)
        filter_.add_rule(eperm, "ioctl", low_half)
    for call in ("socket", "socketpair"):
        for family in set(range(LAST_FAMILY + 1)) - families:
            filter_.add_rule(no_family, call, seccomp.Arg(0, seccomp.EQ, family))
        filter_.add_rule(no_family, call, seccomp.Arg(0, seccomp.GT, LAST_FAMILY))


@lru_cache(maxsize=2)
def program(*, forking: bool = False) -> bytes:
    """The filter as classic BPF for this machine's architecture.

    Args:
        forking: for a template and its forks; without this nothing inside can
            make namespaces.

    Raises:
        ImportError, OSError: libseccomp is not installed.
    """
    import pyseccomp as seccomp  # noqa: PLC0415  loads libseccomp, which may be absent

    filter_ = seccomp.SyscallFilter(seccomp.ALLOW)
    arch = seccomp.system_arch()
    for names, code in ((DENIED, errno.EPERM), (ABSENT, errno.ENOSYS)):
        for name in names:
            # Calls that this libseccomp or architecture does not know cannot be named.
            if seccomp.resolve_syscall(arch, name) >= 0:
                filter_.add_rule(seccomp.ERRNO(code), name)
    if forking:
        _deny_all_but_forks(filter_, seccomp)
        _deny_by_arguments(filter_, seccomp, FAMILIES - {AF_NETLINK})
    else:
        _deny_namespaces(filter_, seccomp)
        _deny_by_arguments(filter_, seccomp, FAMILIES)
    with os.fdopen(os.memfd_create("seccomp"), "w+b") as file:
        filter_.export_bpf(file)
        file.seek(0)
        return file.read()


__all__ = ["program"]
