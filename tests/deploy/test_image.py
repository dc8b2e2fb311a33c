"""The image: what a linter says of its file, and its steps without Docker, so that a file which a
COPY forgets, or a place that can't be written, is noticed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy import image
from tests.deploy.service import BASE, Confinement, Served, copied, only_root, python
from tests.ingest.client import VIEW
from tests.support import BOUND_S, ROOT

TOKEN = "a-token-for-reading-0123456789"
STATE = "/var/lib/visitors"
SECRETS = "/run/secrets"


def test_hadolint_has_nothing_to_say():
    linter = Path(sys.executable).with_name("hadolint")
    told = subprocess.run(
        [str(linter), "--no-color", str(image.DOCKERFILE)],
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_base_has_a_version_and_nothing_is_fetched_by_add():
    [base] = image.all_of("FROM")
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    assert image.all_of("ADD") == []
    assert image.all_of("ARG") == []


def test_it_runs_as_a_number_that_is_not_root_with_a_health_check():
    names = [each.name for each in image.instructions()]
    [user] = image.all_of("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert names.index("USER") > max(n for n, name in enumerate(names) if name in ("RUN", "COPY"))
    assert "/healthz" in " ".join(image.command_of("HEALTHCHECK"))


def test_no_secret_is_in_it():
    assert [name for name in image.environment() if re.search("TOKEN|KEY|PASS", name)] == []


def test_what_is_copied_is_there_and_nothing_else_comes_in():
    sources = {source for source, _ in image.copies()}
    assert {path.name for path in ROOT.iterdir() if image.comes_in(path.name)} == sources
    for name in (".git", ".venv", "tests", "docs", "visitors.db", ".env", "node_modules"):
        assert not image.comes_in(name)


@pytest.fixture
def built(tmp_path: Path) -> Iterator[tuple[Confinement, Path]]:
    """A container of the image: what COPY brings in at its places, read-only, its user, its
    variables; the Python of the tests in place of the base's and pip's."""
    places: set[str] = set()
    for source, place in image.copies():
        target = tmp_path / "root" / place.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        copied(ROOT / source, target)
        places.add(str(place.parent))
    [program] = places
    uid = int(image.all_of("USER")[0].partition(":")[0])
    with TemporaryDirectory() as name:
        state = Path(name)
        subprocess.run(["chown", f"{uid}:{uid}", str(state)], check=True)
        interpreter = {place: source for place, source in python().items() if ".venv" not in place}
        (tmp_path / "root" / program.removeprefix("/") / ".python").mkdir()
        yield (
            Confinement(
                binds={
                    program: str(tmp_path / "root" / program.removeprefix("/")),
                    f"{program}/.python": sys.prefix,
                    STATE: str(state),
                    **interpreter,
                },
                writable=[STATE, "/tmp"],
                environment=BASE | image.environment() | {"VISITORS_PORT": "0"},
                cwd=image.all_of("WORKDIR")[-1],
                secrets={f"{SECRETS}/VISITORS_TOKEN": TOKEN},
                uid=uid,
            ),
            state,
        )


def words_of(name: str) -> list[str]:
    program, *more = image.command_of(name)
    assert program == "python"
    return ["/opt/visitors/.python/bin/python", *more]


@only_root
def test_a_container_serves_with_what_was_copied_and_is_healthy(
    built: tuple[Confinement, Path], tmp_path: Path
):
    inside, state = built
    server = Served(inside, words_of("ENTRYPOINT"), tmp_path / "stderr")
    try:
        assert server.http.post("/api/events", json=VIEW).status_code == 201
        assert server.http.get("/api/analytics/summary").status_code == 401
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert server.http.get("/", headers=bearer).status_code == 200
        healthy = [word.replace("3000", str(server.port)) for word in words_of("HEALTHCHECK")]
        assert inside.run(healthy).returncode == 0
    finally:
        assert server.stop() == 0
    assert server.complaints == ""
    assert inside.run(healthy).returncode != 0, "nobody is there"
    assert (state / "visitors.db").stat().st_size > 0


@only_root
def test_a_container_without_a_token_does_not_start(built: tuple[Confinement, Path]):
    inside, _ = built
    inside.secrets = {}
    refused = inside.run(words_of("ENTRYPOINT"))
    assert refused.returncode == 2
    assert "token" in refused.stderr
