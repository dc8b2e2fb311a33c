"""What somebody looks for in a list."""

from typing import NamedTuple

from state.countries import code_of

LONGEST_TEXT = 256


class Sought(NamedTuple):
    """What somebody looks for: a text, and the codes of the countries that have it in the names
    that this browser shows."""

    text: str
    codes: frozenset[str] = frozenset()

    def is_country(self, name: str) -> bool:
        """Whether a name is one of these countries."""
        return bool(self.codes) and code_of(name) in self.codes


def sought_of(text: str, codes: object) -> Sought:
    """What a browser looks for: its codes are of two letters."""
    sent = codes if isinstance(codes, list) else []
    known = (code_of(each) for each in sent if isinstance(each, str))
    return Sought(text[:LONGEST_TEXT], frozenset(code for code in known if code is not None))
