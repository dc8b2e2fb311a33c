"""Limits on request bodies for every route: size, time, and the bytes of all bodies together."""

import asyncio

from starlette.types import Message, Receive, Send

from ingest.pipeline.rejection import Refusal

BODY_BYTES = 1024 * 1024
STREAM_BYTES = 2 * BODY_BYTES
TOO_LARGE = Refusal("too_large", f"The body should have at most {BODY_BYTES:,} bytes.")

NO_ROOM = Refusal("unavailable", "Too many bytes are being received at once.", retry_after_s=2)


class BodyRefused(Exception):
    """Raised by ``LimitedBody.receive``: no more of this body is read."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class BodyBudget:
    """The bytes of all bodies that are received and processed at one time."""

    def __init__(self, most: int) -> None:
        self._left = most

    def reserve(self, size: int) -> bool:
        """Reserve so many bytes. Returns False, and reserves none, where fewer are left."""
        if self._left < size:
            return False
        self._left -= size
        return True

    def release(self, size: int) -> None:
        self._left += size


class LimitedBody:
    """The ``receive`` and ``send`` of one request. ``refusal`` is set once a limit is exceeded;
    what the application sends from then on is dropped, unless its response has begun. ``release``
    returns the bytes to the ``budget``."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float, budget: BodyBudget) -> None:
        self.refusal: Refusal | None = None
        self.has_started = False
        self._receive = receive
        self._send = send
        self._timeout_s = timeout_s
        self._late_at = asyncio.get_running_loop().time() + timeout_s
        self._budget = budget
        self._bytes = 0
        self._is_complete = False

    async def receive(self) -> Message:
        """
        Raises:
            BodyRefused: the body is too large, or not complete in time.
        """
        if self._is_complete:  # the next message is the end of the connection
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._late_at):
                message = await self._receive()
        except TimeoutError:
            why = f"The body wasn't here within {self._timeout_s:g} s."
            raise self._refuse(Refusal("invalid_json", why)) from None
        size = len(message.get("body", b""))
        if self._bytes + size > STREAM_BYTES:
            raise self._refuse(TOO_LARGE)
        if not self._budget.reserve(size):
            raise self._refuse(NO_ROOM)
        self._bytes += size
        self._is_complete = not message.get("more_body", False)
        return message

    def release(self) -> None:
        """The request is over."""
        self._budget.release(self._bytes)
        self._bytes = 0

    async def send(self, message: Message) -> None:
        if self.refusal is not None and not self.has_started:
            return
        self.has_started = True
        await self._send(message)

    def _refuse(self, refusal: Refusal) -> BodyRefused:
        self.refusal = refusal
        return BodyRefused(refusal)
