"""Ids for events without one: from the request, or new."""

import re
from collections.abc import Mapping
from itertools import count
from secrets import token_urlsafe

from ingest.pipeline.rejection import FieldError, Refusal

HEADER = "x-event-id"
LONGEST_SENT_ID = 58
_SENT = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_SENT_ID}}}")
ALLOWED = f"should be 1 to {LONGEST_SENT_ID} printable characters of ASCII, no space"
_LIFE = token_urlsafe(10)
_numbers = count(1)


def new_id() -> str:
    """14 letters for the life of this process, 80 random bits, and a number. Short, because a day's
    ids are kept in memory."""
    return f"{_LIFE}{next(_numbers):08x}"


def sent_id(headers: Mapping[str, str]) -> str | Refusal:
    """The header X-Event-Id, empty without it. A proxy that may repeat a request at another node
    has to set it, or the event could be counted twice."""
    sent = headers.get(HEADER, "")
    if not sent or _SENT.fullmatch(sent):
        return sent
    wrong = FieldError("X-Event-Id", ALLOWED)
    return Refusal("invalid_event", "The header X-Event-Id can't be used.", [wrong])
