"""A PostgreSQL of its own, in a folder of its own, for as long as a context is open."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.contracts.servers import free_port
from vaas.model import Secret

PASSWORD = "pg-s3cr3t/with@signs"
QUOTED = "pg-s3cr3t%2Fwith%40signs"

# What makes it quick and does not change what it says.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")


class Postgres:
    """``stop`` and ``start`` as an administrator would."""

    def __init__(self, bin_: Path, folder: Path, as_user: dict[str, Any]) -> None:
        self.bin, self.folder, self.as_user = bin_, folder, as_user
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://owner:{QUOTED}@127.0.0.1:{self.port}"

    def database(self) -> Secret:
        """The address of a new database."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return Secret(f"{self.url}/{name}")

    def init(self) -> None:
        file = self.folder / "password"
        file.write_text(PASSWORD)
        if self.as_user:
            shutil.chown(file, self.as_user["user"], self.as_user["group"])
        data = str(self.folder / "data")
        command = [str(self.bin / "initdb"), "-D", data, "-U", "owner", f"--pwfile={file}"]
        command += ["--auth=scram-sha-256", "--no-sync", "--no-instructions", "--locale=C.UTF-8"]
        done = subprocess.run(
            command, capture_output=True, cwd=self.folder, check=False, **self.as_user
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        settings = [*FAST, "listen_addresses=127.0.0.1", f"port={self.port}"]
        settings += ["unix_socket_directories="]
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data")]
        for one in settings:
            command += ["-c", one]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **self.as_user
            )
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(f"{self.url}/postgres").close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline
                threading.Event().wait(0.02)
            else:
                return

    def stop(self) -> None:
        """At once, whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
            self.process = None


@contextmanager
def postgres() -> Iterator[Postgres]:
    (bin_,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    as_user: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="vaas-pg-"))
    if os.geteuid() == 0:  # as whom it does not run
        account = pwd.getpwnam("postgres")
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        os.chown(folder, account.pw_uid, account.pw_gid)
    found = Postgres(bin_, folder, as_user)
    try:
        found.init()
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder)
