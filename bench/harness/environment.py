"""Describe the machine and the checkout, and raise its limits."""

import platform
import re
import resource
import subprocess
from pathlib import Path


def cpu_model() -> str:
    """Return the name of the processor."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def git_revision(tree: Path) -> str:
    """Return the commit of a checkout, with ``-dirty`` if files were changed since."""
    words = ["git", "-C", str(tree), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        ended = subprocess.run(words, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return ended.stdout.strip() or "unknown"


def raise_open_files_limit() -> None:
    """Set the limit of open files to the hard limit; child processes inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
