"""A request of the tracker on its way to an event."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ingest.pipeline.rejection import FieldError
from ingest.tracking.known.urls import Url
from ingest.tracking.request import TrackRequest


class Caller(Struct, frozen=True):
    """Who sends a request, as its head tells: the client's address, and the headers that steps
    read, with names in lower case. ``is_trusted`` if a trusted proxy may have written them."""

    address: str
    headers: Mapping[str, str]
    is_trusted: bool

    @property
    def user_agent(self) -> str:
        return self.headers.get("user-agent", "")


class Hit(Struct):
    """What is known of one request so far. A ``bot`` has a name; who ``opted_out`` is counted as
    nothing; what is ``wrong`` is refused."""

    sent: TrackRequest
    caller: Caller
    at: float
    url: Url
    metadata: dict[str, Any]
    site: str = ""
    page: str | None = None
    session_id: str = ""
    country: str | None = None
    bot: str | None = None
    wrong: tuple[FieldError, ...] = ()
    opted_out: bool = False
