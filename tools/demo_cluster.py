"""Run a cluster on the loopback: redis-server, three nodes and nginx.

    python -m tools.demo_cluster [--port 8080] [flags of the nodes]

``make cluster`` runs it. All files are in a temporary folder, which is deleted at the end. Needs
redis-server and nginx."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import sleep

from tools.local_processes import (
    free_ports,
    redis_command,
    stop_all,
    wait_for_port,
    wait_until_ready,
)

ROOT = Path(__file__).parents[1]
NGINX_CONF = ROOT / "docs" / "deploy" / "nginx.conf"
DOCUMENTED_NODE_PORTS = (3001, 3002, 3003)
DOCUMENTED_PORT = 8080


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C or SIGTERM.

    Returns:
        0, 1 if one of the processes has ended, 2 if a program is missing.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.demo_cluster",
        description="Run redis-server, three nodes and nginx. Other flags go to the nodes.",
    )
    parser.add_argument("--port", type=int, default=DOCUMENTED_PORT, help="where nginx listens")
    options, node_flags = parser.parse_known_args(arguments)
    for program in ("redis-server", "nginx"):
        if shutil.which(program) is None:
            print(f"{program} is missing. On Debian: apt-get install {program}", file=sys.stderr)
            return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="visitors-") as folder:
        started: list[subprocess.Popen[bytes]] = []
        try:
            _run(Path(folder), options.port, node_flags, started)
        except KeyboardInterrupt:
            return 0
        finally:
            stop_all(started)
    return 1


def _run(
    folder: Path, port: int, node_flags: Sequence[str], started: list["subprocess.Popen[bytes]"]
) -> None:
    """Start everything, append each process to ``started``, return when one has ended."""
    redis, *nodes = free_ports(1 + len(DOCUMENTED_NODE_PORTS))
    started.append(subprocess.Popen(redis_command(folder, redis), stdout=subprocess.DEVNULL))
    wait_for_port(redis)
    journal = f"redis://127.0.0.1:{redis}/0?stream=visitors"
    for node in nodes:
        command = node_command(node, journal, node_flags)
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
    for node in nodes:
        wait_until_ready(node)
    started.append(subprocess.Popen(nginx_command(folder, port, nodes)))
    wait_for_port(port)
    print(f"Cluster on http://localhost:{port}", flush=True)
    for node in nodes:
        print(f"  node: http://localhost:{node}", flush=True)
    print("Ctrl-C stops it.", flush=True)
    while all(process.poll() is None for process in started):
        sleep(0.5)
    print("One of the processes has ended; the others are stopped.", file=sys.stderr)


def node_command(port: int, journal: str, flags: Sequence[str]) -> list[str]:
    """Build the command of a node that trusts the proxy on the loopback."""
    proxy = ["--trusted-proxies", "127.0.0.1"]
    return [sys.executable, "main.py", "--port", str(port), "--journal", journal, *proxy, *flags]


def nginx_command(folder: Path, port: int, nodes: Sequence[int]) -> list[str]:
    """Write docs/deploy/nginx.conf with these ports into ``folder`` and build the command.

    Every file that nginx writes is in ``folder``, so it needs no privileges.
    """
    text = NGINX_CONF.read_text()
    for documented, actual in zip(DOCUMENTED_NODE_PORTS, nodes, strict=True):
        text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{actual}")
    text = text.replace(f"listen 127.0.0.1:{DOCUMENTED_PORT}", f"listen 127.0.0.1:{port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    text = re.sub(r"^http \{\n", f"http {{\n{temporary}", text, flags=re.MULTILINE)
    config = folder / "nginx.conf"
    config.write_text(f"daemon off;\npid {folder}/nginx.pid;\n{text}")
    return ["nginx", "-c", str(config), "-p", str(folder), "-e", f"{folder}/error.log"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
