"""Run a server with simulated visitors: calm, with a launch every four minutes.

    python -m tools.demo [--port P] [--rate R]

Ctrl-C stops both. Nothing is stored."""

import argparse
import socket
import subprocess
import sys
from pathlib import Path

from tools.local_processes import stop_all, wait_until_ready

MAIN = str(Path(__file__).parents[1] / "main.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--rate", default="20", help="events a second on average (default: 20)")
    options = parser.parse_args()
    if not is_free(options.port):
        print(f"Port {options.port} is taken: --port chooses another one.", file=sys.stderr)
        return 2
    url = f"http://localhost:{options.port}"
    server = subprocess.Popen([sys.executable, MAIN, "--port", str(options.port)])
    processes = [server]
    try:
        wait_until_ready(options.port)
        traffic = (
            "simulate",
            "--scenario",
            "launch",
            "--rate",
            options.rate,
            "--tracker",
            "--url",
            url,
        )
        processes.append(subprocess.Popen([sys.executable, MAIN, *traffic]))
        print(f"Open {url} — visitors are arriving; Ctrl-C stops.", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        stop_all(processes)


def is_free(port: int) -> bool:
    """False if a process listens on the port: the visitors would go there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
