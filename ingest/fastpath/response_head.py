"""Heads of responses, as uvicorn and our middleware write them."""

from collections.abc import Mapping

from ingest.http.headers import SECURITY

OK = b"200 OK"
CREATED = b"201 Created"
ACCEPTED = b"202 Accepted"
_HEAD = b"HTTP/1.1 %s\r\n%scontent-length: %d\r\n%s"


def lines(headers: Mapping[str, str]) -> bytes:
    """Header lines, with names in lower case."""
    return b"".join(b"%b: %b\r\n" % (n.lower().encode(), v.encode()) for n, v in headers.items())


_AFTER_LENGTH = lines({"Content-Type": "application/json", **SECURITY})


class ResponseHeads:
    """Makes heads up to the lines about CORS. Each is made once a second at most: the default
    headers of uvicorn are a new list whenever the date in them changes."""

    def __init__(self) -> None:
        self._default_headers: list[tuple[bytes, bytes]] | None = None
        self._before_length = b""
        self._kept: dict[tuple[bytes, int], bytes] = {}

    def set_default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Use these headers of uvicorn from now on."""
        if self._default_headers is not headers:
            self._default_headers = headers
            self._before_length = b"".join(b"%s: %s\r\n" % line for line in headers)
            self._kept.clear()

    def head(self, status: bytes, length: int) -> bytes:
        """The head of a response whose body has ``length`` bytes."""
        kept = self._kept.get((status, length))
        if kept is None:
            kept = _HEAD % (status, self._before_length, length, _AFTER_LENGTH)
            self._kept[status, length] = kept
        return kept
