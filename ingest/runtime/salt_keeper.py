"""Keeps the salts of the day at hand."""

import asyncio
import logging

from state.salts.day_salts import DaySalts

CHECK_S = 60.0
AGAIN_S = 1.0
log = logging.getLogger("visitors.salts")


async def keep_salts(salts: DaySalts) -> None:
    """Fetch the salts of the days around, each minute, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(salts.refresh)
        except Exception:  # whatever the store raises: without a salt there is no id to derive
            log.exception("The salts of the day can't be kept")
            await asyncio.sleep(AGAIN_S)
        else:
            await asyncio.sleep(CHECK_S)
