"""The Python that make chooses, and what the log says of it."""

import subprocess
from pathlib import Path

import pytest

from ingest.runtime import build
from tests.support import ROOT

FAKE = """#!/bin/sh
case "$*" in
*ensurepip*) exit {usable} ;;
*) exit {profiled} ;;
esac
"""


def python(folder: Path, name: str, *, usable: bool = True, profiled: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(FAKE.format(usable=int(not usable), profiled=int(not profiled)))
    path.chmod(0o755)
    return path


def chosen(folder: Path) -> str:
    script = (ROOT / "tools" / "find_python.sh").read_text().replace("/usr/", f"{folder}/usr/")
    command = ["/bin/sh", "-c", script]
    return subprocess.check_output(command, env={"PATH": str(folder)}, text=True).strip()


def test_python3_is_taken_where_no_other_one_is_better(tmp_path: Path):
    python(tmp_path, "python3")
    python(tmp_path, "python3.12")
    assert chosen(tmp_path) == "python3"


def test_a_profiled_build_is_preferred(tmp_path: Path):
    python(tmp_path, "python3")
    python(tmp_path, "python3.11")
    better = python(tmp_path, "python3.12", profiled=True)
    python(tmp_path, "python3.13", profiled=True)
    assert chosen(tmp_path) == str(better)


def test_a_python_that_is_too_old_or_lacks_venv_is_left_out(tmp_path: Path):
    python(tmp_path, "python3")
    python(tmp_path, "python3.11", usable=False, profiled=True)
    assert chosen(tmp_path) == "python3"


@pytest.mark.parametrize(
    ("arguments", "flag", "profiled"),
    [
        ("'--enable-optimizations' '--with-lto'", "-fprofile-use", True),
        ("'--enable-shared'", "-fprofile-use", False),
        ("'--enable-shared'", None, True),
    ],
)
def test_the_build_is_read_from_sysconfig(
    monkeypatch: pytest.MonkeyPatch, arguments: str, flag: str | None, profiled: bool
):
    config = {"CONFIG_ARGS": arguments, "PGO_PROF_USE_FLAG": flag}
    monkeypatch.setattr(build, "get_config_var", config.get)
    assert build.is_profiled() is profiled
