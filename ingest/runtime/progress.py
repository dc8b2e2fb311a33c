"""A progress bar on the terminal."""

import sys
from typing import Any

from tqdm import tqdm


class Bar:
    """A bar on stderr while that is a terminal, and nothing otherwise or if it ``is_hidden``. It is
    gone at the end."""

    def __init__(self, what: str, total: int | None, unit: str, *, is_hidden: bool = False) -> None:
        scale = {"unit_scale": True, "unit_divisor": 1024} if unit == "B" else {}
        self._bar: Any = tqdm(
            desc=what,
            total=total,
            unit=unit,
            file=sys.stderr,
            disable=True if is_hidden else None,
            leave=False,
            **scale,
        )

    def reach(self, done: int) -> None:
        """Show how much is done."""
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        self._bar.close()
