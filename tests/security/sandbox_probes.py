"""What hostile notebooks try: each probe is code for the kernel and the outcome that is right.

Used by ``test_sandbox``. The code runs inside; names in braces are filled in by
the test (addresses and paths of things that exist outside).
"""

from dataclasses import dataclass

import pyseccomp

PRELUDE = """
import ctypes, errno, glob, os, resource, signal, socket, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)

def tell(action, *arguments, **named):
    "Print what an attempt came to, in one word if it failed."
    try:
        print('DONE', repr(action(*arguments, **named))[:300])
    except OSError as error:
        print(errno.errorcode.get(error.errno, type(error).__name__))
    except BaseException as error:
        print(type(error).__name__, error)

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return 'ok'

def write(path):
    with open(path, 'w') as file:
        return file.write('x')

def fill(path, limit=1 << 30):
    "Fill a place; how many MiB it took until it said no."
    taken = 0
    try:
        with open(path, 'wb', buffering=0) as file:
            while taken < limit:
                taken += file.write(b'x' * (1 << 16))
        return f'took all of {taken >> 20} MiB'
    except OSError as error:
        return f'{errno.errorcode[error.errno]} after {taken / 2**20:.2f} MiB'
"""


@dataclass(frozen=True)
class Probe:
    """One attempt.

    Attributes:
        name: what is attempted.
        code: prints the outcome.
        right: regular expression of the right outcome.
        fork: of the right outcome in a fork, where it is another.
        kept: likewise of that in a template that became a kernel.
    """

    name: str
    code: str
    right: str
    fork: str = ""
    kept: str = ""


def _number(call):
    return pyseccomp.resolve_syscall(pyseccomp.system_arch(), call)


def _calls():
    """System calls, each with harmless arguments that would pass where it is allowed."""
    plain = {
        "ptrace": "0, 0, 0, 0",
        "process_vm_readv": "1, 0, 0, 0, 0, 0",
        "bpf": "0, 0, 0",
        "userfaultfd": "0",
        "perf_event_open": "0, 0, -1, -1, 0",
        "keyctl": "0, -3, 0",
        "add_key": "b'user', b'x', b'y', 1, -3",
        "request_key": "b'user', b'x', 0, -3",
        "mount": "b'none', b'/tmp', b'tmpfs', 0, 0",
        "umount2": "b'/tmp', 2",
        "pivot_root": "b'/tmp', b'/tmp'",
        "chroot": "b'/tmp'",
        "fsopen": "b'tmpfs', 0",
        "open_tree": "-100, b'/', 1",
        "move_mount": "-1, b'', -1, b'', 0",
        "setns": "0, 0",
        "name_to_handle_at": "-100, b'/', 0, 0, 0",
        "open_by_handle_at": "-100, 0, 0",
        "kexec_load": "0, 0, 0, 0",
        "init_module": "0, 0, b''",
        "finit_module": "0, b'', 0",
        "delete_module": "b'x', 0",
        "swapon": "b'/tmp/x', 0",
        "reboot": "0xfee1dead, 672274793, 0, 0",
        "settimeofday": "0, 0",
        "clock_settime": "0, 0",
        "sethostname": "b'x', 1",
        "syslog": "3, 0, 0",
        "acct": "0",
        "quotactl": "0, 0, 0, 0",
        "fanotify_init": "0, 0",
        "pidfd_getfd": "0, 0, 0",
        "memfd_secret": "0",
        "move_pages": "0, 0, 0, 0, 0, 0",
    }
    for name, arguments in plain.items():
        yield Probe(f"{name}(2)", f"tell(call, {_number(name)}, {arguments})", "EPERM")
    code = f"tell(call, {_number('prctl')}, 1, 0, 0, 0, 0)"
    yield Probe("no longer die with the server", code, "EPERM")
    # What makes a fork, tried by one: there is no further level.
    code = f"tell(call, {_number('clone')}, {0x7E020011}, 0, 0, 0, 0)"
    yield Probe("clone(every namespace)", code, "EPERM", fork="ENOSPC", kept="ENOSPC")
    for name in ("io_uring_setup", "clone3"):
        yield Probe(f"{name}(2)", f"tell(call, {_number(name)}, 0, 0)", "ENOSYS")
    flags = {"NEWUSER": 0x10000000, "NEWNS": 0x20000, "NEWPID": 0x20000000, "NEWNET": 0x40000000}
    for name, flag in flags.items():
        yield Probe(f"unshare({name})", f"tell(call, {_number('unshare')}, {flag})", "EPERM")
        code = f"tell(call, {_number('clone')}, {flag | 17}, 0, 0, 0, 0)"
        yield Probe(f"clone({name})", code, "EPERM")


def _sockets():
    for name, family in {"PACKET": 17, "VSOCK": 40, "ALG": 38, "BLUETOOTH": 31, "KEY": 15,
                         "CAN": 29, "RDS": 21, "TIPC": 30, "XDP": 44, "SMC": 43}.items():  # fmt: skip
        code = f"tell(socket.socket, {family}, socket.SOCK_RAW)"
        yield Probe(f"socket AF_{name}", code, "EAFNOSUPPORT")
    raw = "tell(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)"
    yield Probe("raw IP socket", raw, "EPERM")


OWN_VARIABLES = r"DONE \[b'HOME', b'LANG', .*b'VAAS_SCRATCH', b'VAAS_TEST_RUN'\]"
"""A fork is itself the first process of its namespace."""

UNREACHABLE = r"[0-9a-f]{16}"
"""Rights that no program can gain, since none may gain any ("no new privileges")."""

READING = (
    Probe("/etc/shadow", "tell(open, '/etc/shadow')", "ENOENT"),
    Probe("/etc/passwd is made up", "print(open('/etc/passwd').read().split(':')[0])", "viewer"),
    Probe("no root in /etc/passwd", "print('root' in open('/etc/passwd').read())", "False"),
    Probe("a secret file of the server", "tell(open, {secret!r})", "ENOENT"),
    Probe("a link in the share to it", "tell(open, '/data/link')", "ENOENT"),
    Probe("the server's runtime folder", "tell(os.listdir, {runtime!r})", "ENOENT"),
    Probe("the share by its host path", "tell(os.listdir, {share!r})", "ENOENT"),
    Probe("/root", "tell(os.listdir, '/root')", "ENOENT"),
    Probe("/home holds the viewer alone", "tell(os.listdir, '/home')", r"DONE \['viewer'\]"),
    Probe("/var", "tell(os.listdir, '/var')", "ENOENT"),
    Probe("/run holds the sockets alone", "tell(os.listdir, '/run')", r"DONE \['kernel'\]"),
    Probe("/sys", "tell(os.listdir, '/sys')", "ENOENT"),
    Probe("own environment", "print({mark!r} in str(os.environ))", "False"),
    Probe("any environment in /proc",
          "print(any({mark!r}.encode() in open(p,'rb').read() for p in glob.glob('/proc/[0-9]*/environ')"
          " if os.access(p, os.R_OK)))", "False"),
    Probe("variables of the first process",
          "tell(lambda: sorted(v.split(b'=')[0] for v in open('/proc/1/environ','rb').read().split(b'\\0') if v))",
          r"DONE \[b'PATH'(, b'PWD')?\]|EACCES", fork=OWN_VARIABLES),
    Probe("host paths in /proc/1/cmdline", "print({share!r} in open('/proc/1/cmdline').read())", "False"),
    Probe("the share's host path in mountinfo (Linux tells it; no secret stands in it)",
          "print({share!r} in open('/proc/self/mountinfo').read())", "True"),
    Probe("other processes", "print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))", r"\[1, 2\]",
          fork=r"\[1\]"),
    Probe("the first process's root is the sandbox", "tell(os.listdir, os.path.join('/proc/1/root', 'home'))", r"DONE \['viewer'\]|EACCES"),
    Probe("rights of the first process",
          "print(*[l.split()[1] for l in open('/proc/1/status') if l.startswith(('CapEff', 'CapBnd', 'NoNew', 'Seccomp:'))])",
          "0{16} 0{16} 1 2", kept=f"0{{16}} {UNREACHABLE} 1 2"),
    Probe("own descriptors lead nowhere outside",
          "print(sorted({{os.readlink(f'/proc/self/fd/{{f}}').split(':')[0] for f in os.listdir('/proc/self/fd')"
          " if os.path.lexists(f'/proc/self/fd/{{f}}')}}))",
          r"\['/dev/null', '/memfd', 'anon_inode', 'pipe', 'socket'\]", fork=r"\['/dev/null', 'socket'\]",
          kept=r"\['/dev/null', '/memfd', 'socket'\]"),
    Probe("another viewer's scratch", "tell(os.listdir, '/scratch')", r"DONE \[\]"),
    Probe("another viewer's files anywhere",
          "print([p for root in ('/scratch','/tmp','/dev/shm','/home','/run') for p in"
          " glob.glob(root + '/**', recursive=True) if 'neighbour' in p])", r"\[\]"),
    Probe("the viewer's id",
          "print({identity!r} in str(os.environ) + str([open(p).read() for p in glob.glob('/run/kernel/*.json')]))",
          "False"),
    Probe("/proc/kcore", "tell(open, '/proc/kcore', 'rb')", "EACCES|ENOENT|EPERM"),
    Probe("kernel log", "tell(open, '/dev/kmsg')", "ENOENT"),
    Probe("devices", "print(sorted(os.listdir('/dev')))",
          r"\['core', 'fd', 'full', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout',"
          r" 'tty', 'urandom', 'zero'\]"),
)  # fmt: skip

NETWORK = (
    Probe("interfaces", "print([l.split(':')[0].strip() for l in open('/proc/net/dev') if ':' in l])",
          r"\['lo'\]"),
    Probe("netlink", "tell(socket.socket, 16, socket.SOCK_DGRAM, 0)", "DONE .*", fork="EAFNOSUPPORT", kept="EAFNOSUPPORT"),
    Probe("the server's port", "tell(socket.create_connection, ('127.0.0.1', {port}), 3)", "ECONNREFUSED"),
    Probe("the host's own address", "tell(socket.create_connection, ({address!r}, {port}), 3)",
          "ENETUNREACH|ECONNREFUSED"),
    Probe("metadata service", "tell(socket.create_connection, ('169.254.169.254', 80), 3)", "ENETUNREACH"),
    Probe("private network", "tell(socket.create_connection, ('10.0.0.1', 80), 3)", "ENETUNREACH"),
    Probe("internet", "tell(socket.create_connection, ('192.0.2.1', 443), 3)", "ENETUNREACH"),
    Probe("internet, version 6", "tell(socket.create_connection, ('2001:db8::1', 443), 3)", "ENETUNREACH"),
    Probe("UDP", "tell(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto, b'x', ('192.0.2.1', 53))",
          "ENETUNREACH"),
    Probe("names", "tell(socket.getaddrinfo, 'example.org', 443)", "gaierror|EAI.*"),
    Probe("an abstract socket of the host",
          "tell(socket.socket(socket.AF_UNIX).connect, '\\0' + {abstract!r})", "ECONNREFUSED"),
    Probe("a socket file of the host", "tell(socket.socket(socket.AF_UNIX).connect, {socket!r})", "ENOENT"),
)  # fmt: skip

WRITING = (
    *(Probe(f"create {path}", f"tell(write, {path!r})", "EROFS|EACCES|ENOENT") for path in (
        "/data/new", "/data/open.txt", "/usr/new", "/usr/local/new", "/etc/passwd", "/etc/new", "/new",
        "/run/new", "/dev/new", "/opt/vaas/entry.py", "/opt/new", "/home/new", "/proc/sys/kernel/core_pattern",
        "/proc/sysrq-trigger", "/proc/sys/vm/overcommit_memory")),
    Probe("write into the environment", "tell(write, sys.prefix + '/new')", "EROFS"),
    Probe("write into site-packages", "tell(write, os.__file__)", "EROFS|EACCES"),
    Probe("chmod in the share", "tell(os.chmod, '/data/open.txt', 0o777)", "EROFS"),
    Probe("rename in the share", "tell(os.rename, '/data/open.txt', '/data/b')", "EROFS"),
    Probe("delete in the share", "tell(os.unlink, '/data/open.txt')", "EROFS"),
    Probe("touch in the share", "tell(os.utime, '/data/open.txt')", "EROFS"),
    Probe("make a device", "tell(os.mknod, '/tmp/sda', 0o600 | 0o060000, os.makedev(8, 0))", "EPERM"),
    Probe("places that can be written",
          "def places():\n"
          "    for line in open('/proc/self/mountinfo'):\n"
          "        place = line.split()[4]\n"
          "        probe = os.path.join(place, 'probe')\n"
          "        try:\n"
          "            if os.path.isdir(place): open(probe, 'w').close(); os.unlink(probe); yield place\n"
          "        except OSError: pass\n"
          "print(sorted(set(places())))",
          r"\['/dev/shm', '/home/viewer', '/run/kernel', '/scratch', '/tmp'\]"),
)  # fmt: skip

RIGHTS = (
    Probe("capabilities",
          "print(*[l.split()[1] for l in open('/proc/self/status') if l.startswith('Cap')])",
          "0{16}( 0{16}){4}", kept=f"0{{16}}( 0{{16}}){{2}} {UNREACHABLE} 0{{16}}"),
    Probe("new privileges and filter",
          "print(*[l.split()[1] for l in open('/proc/self/status') if l.startswith(('NoNewPrivs', 'Seccomp:'))])",
          "1 2"),
    Probe("user", "print(os.getresuid(), os.getresgid(), os.getgroups())",
          r"\(1000, 1000, 1000\) \(1000, 1000, 1000\) \[(1000|65534)?\]"),
    Probe("become root", "tell(os.setuid, 0)", "EPERM|EINVAL"),
    Probe("change group", "tell(os.setgid, 0)", "EPERM|EINVAL"),
    Probe("su", "print(subprocess.run(['su', '-c', 'id'], capture_output=True).returncode != 0)", "True"),
    Probe("unshare(1)", "print(subprocess.run(['unshare', '-Ur', 'id'], capture_output=True).returncode != 0)",
          "True"),
    Probe("bubblewrap again",
          "print(subprocess.run(['bwrap', '--ro-bind', '/', '/', 'id'], capture_output=True).returncode != 0)",
          "True"),
    Probe("signal to the server", "tell(os.kill, {server}, 9)", "ESRCH"),
    Probe("signal to the first process", "tell(os.kill, 1, 9); print(os.path.exists('/proc/1'))",
          r"(DONE None|EPERM)\s+True"),
    Probe("a better nice value", "tell(os.nice, -5)", "EPERM|EACCES"),
    Probe("real-time priority", "tell(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))", "EPERM"),
    Probe("spare itself when memory is short", "tell(write, '/proc/self/oom_score_adj')", "EINVAL|EACCES|EPERM"),
    *(Probe(f"raise RLIMIT_{name}",
            f"soft, hard = resource.getrlimit(resource.RLIMIT_{name})\n"
            f"tell(resource.setrlimit, resource.RLIMIT_{name}, (hard + 1, hard + 1))",
            "ValueError.*|EPERM")
      for name in ("NPROC", "FSIZE", "NOFILE", "CORE", "MEMLOCK")),
)  # fmt: skip

FILLING = (
    Probe("fill scratch", "print(fill('/scratch/x'))", r"(ENOSPC|EFBIG) after (1[56]|[0-9])\.\d+ MiB"),
    Probe("fill home", "print(fill('/home/viewer/x'))", r"(ENOSPC|EFBIG) after \d+\.\d+ MiB"),
    Probe("fill /tmp", "print(fill('/tmp/x'))", r"(ENOSPC|EFBIG) after \d+\.\d+ MiB"),
    Probe("fill /dev/shm", "print(fill('/dev/shm/x'))", r"(ENOSPC|EFBIG) after \d+\.\d+ MiB"),
    Probe("fill the sockets' place", "print(fill('/run/kernel/x'))", r"ENOSPC after 0\.\d+ MiB"),
    Probe("fill standard error's file", "print(fill('/proc/self/fd/' + next(f for f in os.listdir('/proc/self/fd')"
          " if 'notes' in os.readlink('/proc/self/fd/' + f))))", r"(EPERM|EFBIG|ENOSPC|EACCES) after 0\.\d+ MiB", fork="(StopIteration|FileNotFoundError).*"),
    Probe("a file in memory", "print(fill('/proc/self/fd/%d' % os.memfd_create('x')))",
          r"EFBIG after (16|64)\.\d+ MiB"),
    Probe("descriptors",
          "fds = []\n"
          "try:\n"
          "    while True: fds.append(os.open('/dev/null', 0))\n"
          "except OSError as error: told = f'{{errno.errorcode[error.errno]}} after {{len(fds)}}'\n"
          "[os.close(fd) for fd in fds]; print(told)",
          r"EMFILE after (9|10)\d\d"),
)  # fmt: skip

EVERY = (*READING, *NETWORK, *WRITING, *RIGHTS, *FILLING, *_calls(), *_sockets())
