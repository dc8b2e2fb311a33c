"""Keeps the salts of the day at hand."""

import asyncio
import logging

from state.salts.day_salts import DaySalts, SaltsUnavailable

CHECK_S = 60.0
AGAIN_S = 1.0
log = logging.getLogger("visitors.salts")


async def fetch_salts(salts: DaySalts) -> bool:
    """Fetch the salts of the days around. Returns whether that worked; a failure is logged."""
    try:
        await asyncio.to_thread(salts.refresh)
    except SaltsUnavailable as error:  # without one the door for browsers is closed
        log.warning("The salts of the day can't be kept: %s", error)
        return False
    return True


async def keep_salts(salts: DaySalts) -> None:
    """Fetch them each minute, until cancelled; after a failure sooner."""
    while True:
        await asyncio.sleep(CHECK_S if salts.are_known else AGAIN_S)
        await fetch_salts(salts)
