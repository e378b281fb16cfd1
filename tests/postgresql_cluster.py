"""A PostgreSQL server of the tests' own: in a temporary folder, on a free port of loopback, stopped at the end.

The server that Debian's package sets up, on port 5432, is left alone.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine

USER = "posecore"
# PostgreSQL refuses to run as root; Debian's package makes this user.
UNPRIVILEGED = "postgres"
# A run that is killed leaves the server behind; it then ends by itself.
LONGEST_S = 3600


@dataclass
class Cluster:
    """A running server, whose databases are made for one test each."""

    port: int
    password: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str, **other: Any) -> URL:
        parts = {"username": USER, "password": self.password, "host": "127.0.0.1", "port": self.port, **other}
        return URL.create("postgresql", database=database, **parts)

    def new_database(self) -> URL:
        """URL of an empty database."""
        name = f"test_{next(self._numbers)}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self.url(name)


def find_program(name: str) -> str:
    """Path of one of the server's programs, which Debian keeps out of the usual folders."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        reason = "no PostgreSQL server (on Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI this test must run")
        pytest.skip(reason)
    return found


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    initdb, postgres = find_program("initdb"), find_program("postgres")
    as_other: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="posecore-postgresql-"))
    if os.geteuid() == 0:
        as_other = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}
        shutil.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    cluster, log = Cluster(free_port(), secrets.token_hex(8)), folder / "log"
    given = folder / "password"
    given.write_text(cluster.password)
    given.chmod(0o644)  # in a folder that is closed to others
    try:
        # Without waiting for the disk, which outlives no test here.
        make = [initdb, f"--pgdata={folder / 'data'}", f"--username={USER}", f"--pwfile={given}", "--no-sync"]
        make += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        done = subprocess.run(make, cwd=folder, capture_output=True, text=True, timeout=120, check=False, **as_other)
        assert done.returncode == 0, done.stderr
        serve = ["timeout", "--signal=INT", str(LONGEST_S), postgres, "-D", str(folder / "data")]
        options = {"listen_addresses": "127.0.0.1", "port": cluster.port, "unix_socket_directories": "", "fsync": "off"}
        serve += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with log.open("w") as stream:
            server = subprocess.Popen(serve, cwd=folder, stdout=stream, stderr=stream, **as_other)
        try:
            wait_until_ready(server, log)
            yield cluster
        finally:
            server.send_signal(signal.SIGINT)  # clients are disconnected
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        if "ready to accept connections" in log.read_text():
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")
