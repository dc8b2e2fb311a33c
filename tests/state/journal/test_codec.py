"""Entries as bytes: what was written by a later version, or is damaged, is not misread."""

import pytest
from msgspec.msgpack import encode as plain

from state.event import Logout
from state.journal.codec import DECODE_ERRORS, decode


@pytest.mark.parametrize(
    "entry",
    [
        ["a kind of tomorrow", 1, "x"],
        ["acknowledge", "seven", "x"],
        ["alert rules", [{"name": "a", "kind": "never heard of"}], "x"],
        ["alert rules", [{"name": "a"}], "x"],
        ["login"],
        [],
        [1, 2],
    ],
)
def test_an_entry_that_cannot_be_understood_is_an_error(entry: list[object]):
    with pytest.raises(DECODE_ERRORS):
        decode(plain([entry]))


def test_a_logout_is_read_as_it_always_was():
    assert decode(plain([["login", 5]])) == (Logout("login", 5.0),)
