"""Independent WebDAV servers on loopback ports, each in its own way.

Every server shows one folder twice: below ``/open`` to anybody, below
``/locked`` to who knows ``PASSWORD`` (user ``public``).
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

from tests.contracts.certificates import Pair

PASSWORD = "sesame: öffne dich"

APACHE = """
ServerRoot {state}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {state}/pid
ErrorLog {state}/error.log
{modules}
{user}
{tls}
DavLockDB {state}/locks
DocumentRoot {site}
<Directory {site}>
  Dav On
  AllowOverride None
  Options FollowSymLinks
  Require all granted
</Directory>
<Location /locked>
  AuthType Basic
  AuthName locked
  AuthUserFile {state}/users
  <RequireAll>
    Require valid-user
  </RequireAll>
</Location>
"""
TLS = """
LoadModule ssl_module {where}/mod_ssl.so
SSLEngine on
SSLCertificateFile {pair.certificate}
SSLCertificateKeyFile {pair.key}
"""
MODULES = (
    "mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic",
    "dir", "dav", "dav_fs",
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    raise AssertionError(f"nothing listens: {log.read_text()}")


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Quiet(Server):
    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        pass


@contextmanager
def wsgidav(folder: Path, _state: Path) -> Iterator[tuple[str, str]]:
    locked = {"public": {"password": PASSWORD}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/open": str(folder), "/locked": str(folder)},
            "simple_dc": {"user_mapping": {"/open": True, "/locked": locked}},
            "http_authenticator": {
                "accept_basic": True,
                "accept_digest": False,
                "default_to_digest": False,
            },
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = _Quiet(("127.0.0.1", 0), app, numthreads=4, shutdown_timeout=1)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.bind_addr[1]}"
        yield f"{base}/open", f"{base}/locked"
    finally:
        server.stop()
        thread.join(5)


@contextmanager
def rclone(folder: Path, state: Path) -> Iterator[tuple[str, str]]:
    urls = []
    (state / "users").write_text(_htpasswd())
    with ExitStack() as stack:
        for name, more in (("open", []), ("locked", ["--htpasswd", str(state / "users")])):
            port = free_port()
            command = ["rclone", "serve", "webdav", str(folder), "--addr", f"127.0.0.1:{port}"]
            command += ["--baseurl", name, "--dir-cache-time", "1ms", "--config", os.devnull, *more]
            stack.enter_context(running(command, port, state / f"{name}.log"))
            urls.append(f"http://127.0.0.1:{port}/{name}")
        yield urls[0], urls[1]


@contextmanager
def apache(folder: Path, state: Path, pair: Pair | None = None) -> Iterator[tuple[str, str]]:
    port, site = free_port(), state / "site"
    site.mkdir()
    for name in ("open", "locked"):
        (site / name).symlink_to(folder)
    (state / "users").write_text(_htpasswd())
    where = "/usr/lib/apache2/modules"
    modules = "\n".join(f"LoadModule {name}_module {where}/mod_{name}.so" for name in MODULES)
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    tls = TLS.format(where=where, pair=pair) if pair else ""
    config = state / "httpd.conf"
    config.write_text(
        APACHE.format(state=state, port=port, site=site, modules=modules, user=user, tls=tls)
    )
    command = ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(config)]
    with running(command, port, state / "apache.log"):
        base = f"{'https' if pair else 'http'}://127.0.0.1:{port}"
        yield f"{base}/open", f"{base}/locked"


def _htpasswd() -> str:
    """One user in the format that Apache and rclone both read."""
    import base64
    import hashlib

    digest = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest()
    return f"public:{{SHA}}{base64.b64encode(digest).decode()}\n"
