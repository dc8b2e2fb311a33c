"""Closes WebSockets when the login ends by which they were opened."""

import asyncio

from starlette.types import Message, Receive, Send

from ingest.websocket.close_codes import UNAUTHORIZED


def until(ended: asyncio.Event, receive: Receive, send: Send) -> Receive:
    """Wraps ``receive``: when the login ends, the socket is closed and the app gets a
    disconnect."""

    async def receive_until() -> Message:
        receiving = asyncio.ensure_future(receive())
        ending = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((receiving, ending), return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                return receiving.result()
            await send({"type": "websocket.close", "code": UNAUTHORIZED, "reason": "logged out"})
            return {"type": "websocket.disconnect", "code": UNAUTHORIZED}
        finally:
            receiving.cancel()
            ending.cancel()

    return receive_until
