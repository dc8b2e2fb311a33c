"""Sends events over REST, again until they are accepted."""

import asyncio
from collections.abc import Sequence

import httpx

from ingest.pipeline.body import BATCH_EVENTS
from ingest.simulate.sent import Sent
from ingest.simulate.tracked import tracked
from ingest.simulate.visitor import Fields

FEW = 5
"""Up to so many events at once are sent one by one, as a website does."""

TRY_AGAIN_S = 1.0
LATER = (429, 503)
REQUEST_S = 30.0


class SimulationError(ValueError):
    """The server refuses the traffic; the message says why."""


class EventSender:
    """Sends events in their order, and counts them in ``sent``. What the server can't take now is
    sent again: each event has an id, so none counts twice. ``by_tracker`` sends them as browsers
    do."""

    def __init__(self, http: httpx.AsyncClient, sent: Sent, *, by_tracker: bool = False) -> None:
        self._http = http
        self._by_tracker = by_tracker
        self.sent = sent

    async def send(self, events: Sequence[Fields]) -> None:
        """Send events, one by one or as batches.

        Raises:
            SimulationError: the server refuses them for good.
        """
        if self._by_tracker:
            for event in events:
                fields, agent = tracked(event)
                await self._post("/api/track", fields, {"User-Agent": agent})
                self.sent.add([event])
            return
        if len(events) <= FEW:
            for event in events:
                await self._post("/api/events", event)
                self.sent.add([event])
            return
        for start in range(0, len(events), BATCH_EVENTS):
            batch = events[start : start + BATCH_EVENTS]
            answer = (await self._post("/api/events/batch", batch)).json()
            if answer["rejected"]:
                raise SimulationError(f"the server rejected events: {answer['rejected'][0]}")
            self.sent.add(batch)

    async def _post(
        self,
        path: str,
        content: Fields | Sequence[Fields],
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        while True:
            try:
                response = await self._http.post(path, json=content, headers=headers)
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise SimulationError(f"--url should be a URL with http:// ({error})") from None
            except httpx.TransportError:
                await self._wait(TRY_AGAIN_S)
                continue
            if response.status_code in LATER:
                await self._wait(float(response.headers.get("retry-after", TRY_AGAIN_S)))
            elif response.is_success:
                return response
            else:
                raise SimulationError(f"the server answers {response.status_code}: {response.text}")

    async def _wait(self, seconds: float) -> None:
        self.sent.repeats += 1
        await asyncio.sleep(seconds)
