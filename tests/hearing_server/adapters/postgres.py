"""A real PostgreSQL of one's own: a fresh cluster on a free port, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


def programs() -> Path | None:
    """The folder of initdb, on the path or where Debian puts it; the newest one."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


class Postgres:
    """PostgreSQL refuses to run as root: then everything is done as the package's own user."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self.folder = Path(tempfile.mkdtemp(prefix="hearing-postgres-"))
        if self._as:
            shutil.chown(self.folder, "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._run(
            "initdb", "--auth=trust", "--username=court", "--no-sync", "--encoding=UTF8",
            "--locale=C", "--no-instructions",
        )  # fmt: skip

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+asyncpg://court@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off"
        self._run("pg_ctl", "--wait", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, database: str) -> str:
        """A new, empty database; its URL."""
        server = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "court"]
        subprocess.run([self._bin / "createdb", *server, database], check=True, cwd="/")
        return self.url(database)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), "-D", str(self.folder / "db"), *arguments]
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
