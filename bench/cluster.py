"""``make cluster``: redis-server, three nodes and nginx on the loopback, for a look at how they
show the same. Everything lies in a folder of its own, which is deleted at the end.

    python bench/cluster.py [--port 8080] [flags of the nodes]
"""

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[1]
NGINX_CONF = ROOT / "docs" / "deploy" / "nginx.conf"
NODES = 3
PATIENCE_S = 30.0
FAREWELL_S = 10.0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="A cluster on this machine.")
    parser.add_argument("--port", type=int, default=8080, help="where nginx listens")
    asked, flags = parser.parse_known_args(arguments)
    for program in ("redis-server", "nginx"):
        if shutil.which(program) is None:
            print(f"{program} is missing. On Debian: apt-get install {program}", file=sys.stderr)
            return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="visitors-") as folder:
        started: list[subprocess.Popen[bytes]] = []
        try:
            _run(Path(folder), asked.port, flags, started)
        except KeyboardInterrupt:
            return 0
        finally:
            stop(started)
    return 1


def redis_command(folder: Path, port: int) -> list[str]:
    """A server that has on the disk what it has confirmed."""
    keeps = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    where = ["--dir", str(folder), "--port", str(port), "--bind", "127.0.0.1"]
    return ["redis-server", *where, *keeps, "--logfile", str(folder / "redis.log")]


def node_command(port: int, journal: str, flags: Sequence[str]) -> list[str]:
    behind = ["--trusted-proxies", "127.0.0.1"]
    return [sys.executable, "main.py", "--port", str(port), "--journal", journal, *behind, *flags]


def nginx_command(folder: Path, port: int, nodes: Sequence[int]) -> list[str]:
    """With the configuration of the docs, at other ports and with all its files in a folder."""
    text = NGINX_CONF.read_text()
    for documented, actual in zip((3001, 3002, 3003), nodes, strict=True):
        text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{actual}")
    text = text.replace("listen 127.0.0.1:8080", f"listen 127.0.0.1:{port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    text = re.sub(r"^http \{\n", f"http {{\n{temporary}", text, flags=re.MULTILINE)
    (folder / "nginx.conf").write_text(f"daemon off;\npid {folder}/nginx.pid;\n{text}")
    return [
        "nginx",
        "-c",
        str(folder / "nginx.conf"),
        "-p",
        str(folder),
        "-e",
        f"{folder}/error.log",
    ]


def free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for(port: int) -> None:
    """Until somebody listens there.

    Raises:
        TimeoutError: nobody does.
    """
    give_up_at = monotonic() + PATIENCE_S
    while monotonic() < give_up_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise TimeoutError(f"nobody listens at {port}")


def stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """The last ones first, each by its pid."""
    for process in reversed(processes):
        process.terminate()
        try:
            process.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _run(
    folder: Path, port: int, flags: Sequence[str], started: list["subprocess.Popen[bytes]"]
) -> None:
    redis, *nodes = free_ports(1 + NODES)
    started.append(subprocess.Popen(redis_command(folder, redis), stdout=subprocess.DEVNULL))
    wait_for(redis)
    journal = f"redis://127.0.0.1:{redis}/0?stream=visitors"
    for node in nodes:
        command = node_command(node, journal, flags)
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
    for node in nodes:
        wait_for(node)
    started.append(subprocess.Popen(nginx_command(folder, port, nodes)))
    wait_for(port)
    print(f"Cluster on http://localhost:{port}", flush=True)
    for node in nodes:
        print(f"  a node of it: http://localhost:{node}", flush=True)
    print("Ctrl-C ends it.", flush=True)
    while all(process.poll() is None for process in started):
        sleep(0.5)
    print("One of the processes has ended; so do the others.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
