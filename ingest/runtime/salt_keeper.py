"""Keeps the salts of the day at hand."""

import asyncio
import logging

from state.salts.day_salts import DaySalts, SaltsUnavailable

CHECK_S = 60.0
AGAIN_S = 1.0
log = logging.getLogger("visitors.salts")


async def keep_salts(salts: DaySalts) -> None:
    """Fetch the salts of the days around, each minute, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(salts.refresh)
        except SaltsUnavailable as error:  # without one the door for browsers is closed
            log.warning("The salts of the day can't be kept: %s", error)
            await asyncio.sleep(AGAIN_S)
        else:
            await asyncio.sleep(CHECK_S)
