"""A real redis-server on the loopback, and what can happen to one."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.support import BOUND_S, wait_until

KEEPS_ALL = ("--appendonly", "yes", "--appendfsync", "always")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """``flags`` are redis-server's; without any it keeps nothing."""

    def __init__(self, directory: Path, *flags: str) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is missing: `make test` installs it"
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.directory = directory
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._command += ["--repl-diskless-sync-delay", "0"]
        self._command += ["--dir", str(directory), "--logfile", str(directory / "log"), *flags]
        self.redis = _client(self.port)
        self.start()

    def start(self) -> None:
        """Again, after it was killed: with what it has kept."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "redis-server")

    def journal(self, stream: str = "visitors", **asked: object) -> str:
        """The setting of a node."""
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        return f"redis://127.0.0.1:{self.port}/0?stream={stream}{more}"

    def pause(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(BOUND_S)

    def move_to(self, port: int) -> None:
        """Answer at another port from now on."""
        self.redis.config_set("port", port)
        self.redis.close()
        self.port = port
        self.redis = _client(port)

    def stop(self) -> None:
        self.redis.close()
        if self._process.poll() is None:
            self.go_on()
            self._process.terminate()
            self._process.wait(BOUND_S)

    def _answers(self) -> bool:
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False


def _client(port: int) -> Redis:
    return Redis(port=port, socket_timeout=BOUND_S, retry=Retry(NoBackoff(), 0))
