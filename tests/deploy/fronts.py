"""Proxies that speak TLS, with the configuration of docs/deploy, on free ports of the loopback."""

import os
import re
import ssl
import subprocess
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from tests.support import BOUND_S, ROOT, wait_until
from tools.local_processes import free_ports

DEPLOY = ROOT / "docs" / "deploy"
NAME = "stats.example.org"
TRIES = 3
TAKEN = "ddress already in use"
"""A port that was free may be another's before the proxy has it."""


class Front:
    """A proxy before the node at ``upstream``; ``authority`` is whose certificates to trust."""

    def __init__(self, directory: Path, upstream: str) -> None:
        self.directory = directory
        self.authority = directory / "authority.crt"
        self._output = directory / "output"
        for tries_left in range(TRIES - 1, -1, -1):
            self.http_port, self.https_port = free_ports(2)
            with self._output.open("w") as output:
                self._process = self._start(upstream, {"stdout": output, "stderr": output})
            try:
                wait_until(self._answers, f"the proxy's answer: {self._output}")
                break
            except BaseException:
                self.stop()
                if not tries_left or TAKEN not in self._output.read_text():
                    raise AssertionError(self._output.read_text()) from None

    @property
    def origin(self) -> str:
        return f"https://{NAME}:{self.https_port}"

    def curl(self, path: str, *more: str, port: int | None = None) -> "Answer":
        """Ask by name, as a browser would; the name leads to this machine."""
        scheme = "http" if port else "https"
        port = port or self.https_port
        resolved = ["--resolve", f"{NAME}:{port}:127.0.0.1", "--cacert", str(self.authority)]
        words = ["curl", "-sSi", "--noproxy", "*", "--http1.1", "-H", "Expect:", *resolved, *more]
        done = subprocess.run(
            [*words, f"{scheme}://{NAME}:{port}{path}"],
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        return Answer(done.stdout, done.stderr)

    def socket(self, path: str, **options: Any) -> connect:
        trusted = ssl.create_default_context(cafile=str(self.authority))
        url = f"wss://{NAME}:{self.https_port}{path}"
        where = {"host": "127.0.0.1", "port": self.https_port, "ssl": trusted}
        return connect(url, proxy=None, **where, **options)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(BOUND_S)

    def _start(self, upstream: str, output: dict[str, Any]) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def _answers(self) -> bool:
        assert self._process.poll() is None, "it has left already"
        return self.authority.exists() and self.curl("/healthz").status == 200


class Answer:
    """What curl got: the status, the headers by their names in small letters, the body."""

    def __init__(self, text: str, complaint: str) -> None:
        head, _, self.body = text.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        self.status = int([*first.split(), "0", "0"][1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        self.complaint = complaint


class Caddy(Front):
    """With certificates of its own authority, since no public one knows this machine."""

    def _start(self, upstream: str, output: dict[str, Any]) -> "subprocess.Popen[bytes]":
        config = self.directory / "Caddyfile"
        options = [
            "admin off",
            "local_certs",
            "skip_install_trust",
            f"http_port {self.http_port}",
            f"https_port {self.https_port}",
            f"storage file_system {self.directory / 'storage'}",
        ]
        block = "\n\t".join(["{", *options])
        config.write_text(f"{block}\n}}\nimport {DEPLOY / 'Caddyfile'}\n")
        self.authority = self.directory / "storage/pki/authorities/local/root.crt"
        environment = os.environ | {
            "HOME": str(self.directory),
            "VISITORS_SITE": NAME,
            "VISITORS_UPSTREAM": upstream,
        }
        command = ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
        return subprocess.Popen(command, env=environment, **output)


class Nginx(Front):
    """With a certificate that openssl has signed by itself, in place of certbot's."""

    def _start(self, upstream: str, output: dict[str, Any]) -> "subprocess.Popen[bytes]":
        key = self.directory / "privkey.pem"
        words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        files = ["-keyout", str(key), "-out", str(self.authority)]
        subprocess.run([*words.split(), *subject, *files], check=True, capture_output=True)
        config = self.directory / "nginx.conf"
        config.write_text(self._config(upstream, key))
        command = ["nginx", "-c", str(config), "-e", "stderr", "-g", "daemon off;"]
        return subprocess.Popen(command, **output)

    def _config(self, upstream: str, key: Path) -> str:
        """The file of the docs inside of what Debian's nginx.conf has around it."""
        site = (DEPLOY / "nginx-one-node.conf").read_text()
        site = re.sub(r"\n *listen \[::\].*", "", site)
        for text, ours in (
            ("server 127.0.0.1:3000", f"server {upstream}"),
            ("listen 80", f"listen 127.0.0.1:{self.http_port}"),
            ("listen 443", f"listen 127.0.0.1:{self.https_port}"),
            (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(self.authority)),
            (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(key)),
            ("/var/www/html", str(self.directory)),
        ):
            assert text in site, text
            site = site.replace(text, ours)
        paths = "\n".join(
            f"{name}_temp_path {self.directory / name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return (
            f"pid {self.directory / 'pid'};\nevents {{}}\nhttp {{\n{paths}\naccess_log off;\n"
            f"{site}\n}}\n"
        )


FRONTS: list[type[Front]] = [Caddy, Nginx]


def documented_environment() -> dict[str, str]:
    """The settings of docs/deploy/visitors.env.example."""
    text = (DEPLOY / "visitors.env.example").read_text()
    return dict(re.findall(r"^(VISITORS_\w+)=(.*)$", text, re.MULTILINE))
