"""The tracker's script: what is served is what the source gives, and it is small."""

import gzip
import subprocess

from tests.support import BOUND_S, ROOT

BUILT = ROOT / "ingest" / "tracking" / "script" / "tracker.min.js"
NODE = ROOT / ".venv" / "bin" / "node"
MOST_BYTES = 2_048


def test_the_built_file_is_what_the_source_gives() -> None:
    made = subprocess.run(
        [NODE, "tools/tracker/build.mjs", "-"],
        cwd=ROOT,
        capture_output=True,
        timeout=BOUND_S,
        check=True,
    )
    assert made.stdout == BUILT.read_bytes()


def test_the_script_has_at_most_2048_bytes_compressed() -> None:
    assert len(gzip.compress(BUILT.read_bytes(), 9)) <= MOST_BYTES
