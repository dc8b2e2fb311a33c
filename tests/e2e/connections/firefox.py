"""Debian's Firefox, driven by its own protocol, Marionette: playwright has patches of its own for
Firefox, which Debian's lacks."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.support import BOUND_S, wait_until

PROGRAM = "firefox-esr"
SETTINGS = 'user_pref("marionette.port", 0);\n'
"""A free port, which Firefox writes into its profile."""


class Firefox:
    """A browser without a window, with one tab and a profile of its own in ``folder``."""

    def __init__(self, folder: Path) -> None:
        profile = folder / "profile"
        profile.mkdir(parents=True)
        (profile / "user.js").write_text(SETTINGS)
        with (folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
                env=os.environ | {"HOME": str(folder)},
                stdout=log,
                stderr=log,
            )
        try:
            self._connect(profile / "MarionetteActivePort")
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def go_to(self, url: str) -> None:
        """Load a page."""
        self._command("WebDriver:Navigate", {"url": url})

    def go_back(self) -> None:
        self._command("WebDriver:Back", {})

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        script = {"script": f"return {expression}", "args": []}
        return self._command("WebDriver:ExecuteScript", script)["value"]

    def close(self) -> None:
        try:
            self._command("Marionette:Quit", {"flags": ["eForceQuit"]})
            self._process.wait(BOUND_S)
        finally:
            self._process.kill()
            self._process.wait()
            self._answers.close()
            self._socket.close()

    def _connect(self, port: Path) -> None:
        wait_until(lambda: port.exists() and port.read_text() != "", "Firefox")
        self._socket = socket.create_connection(("127.0.0.1", int(port.read_text())), BOUND_S)
        self._answers = self._socket.makefile("rb")
        self._read()  # who it is
        self._command("WebDriver:NewSession", {"capabilities": {}})

    def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        message = json.dumps([0, 1, name, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def _read(self) -> Any:
        """A message: its length in digits, a colon, and JSON."""
        size = b""
        while (byte := self._answers.read(1)) != b":":
            assert byte, "Firefox has left"
            size += byte
        return json.loads(self._answers.read(int(size)))
