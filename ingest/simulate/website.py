"""A made-up website: what people do on each page."""

from random import Random

from msgspec import Struct

LEAVE = ""
"""The destination of those who go."""

CHECKOUT, PAID = "/checkout", "/checkout/done"


class WebPage(Struct, frozen=True):
    """``stay_s`` is the median time on it. ``next`` are the pages that people go to, with weights,
    ``LEAVE`` among them. ``clicks`` is the probability that somebody clicks one of ``elements``
    before that, and ``signal`` the name of a custom event that everybody sends here."""

    stay_s: float
    next: dict[str, int]
    clicks: float = 0.0
    elements: tuple[str, ...] = ()
    signal: str = ""


PAGES: dict[str, WebPage] = {
    "/": WebPage(
        9,
        {"/pricing": 20, "/docs": 12, "/products": 22, "/blog": 9, "/about": 3, LEAVE: 34},
        0.2,
        ("menu", "search", "watch-video"),
    ),
    "/pricing": WebPage(
        18,
        {"/signup": 14, "/docs": 12, "/products": 10, "/contact": 5, LEAVE: 40},
        0.35,
        ("monthly", "yearly", "compare"),
    ),
    "/docs": WebPage(
        25, {"/docs/install": 40, "/docs/api": 22, "/": 6, LEAVE: 32}, 0.1, ("search",)
    ),
    "/docs/install": WebPage(
        45, {"/docs/api": 28, "/docs": 12, "/pricing": 8, LEAVE: 52}, 0.4, ("copy-command",)
    ),
    "/docs/api": WebPage(40, {"/docs": 22, "/docs/install": 14, LEAVE: 64}, 0.3, ("copy-command",)),
    "/products": WebPage(
        14,
        {"/products/dashboard": 34, "/products/tracker": 24, "/pricing": 16, LEAVE: 26},
        0.1,
        ("filter",),
    ),
    "/products/dashboard": WebPage(
        22, {"/cart": 22, "/pricing": 14, "/products": 18, LEAVE: 46}, 0.3, ("gallery", "buy")
    ),
    "/products/tracker": WebPage(
        20, {"/cart": 20, "/docs/install": 12, "/products": 18, LEAVE: 50}, 0.3, ("gallery", "buy")
    ),
    "/cart": WebPage(12, {CHECKOUT: 62, "/products": 14, LEAVE: 24}, 0.2, ("voucher",)),
    CHECKOUT: WebPage(24, {PAID: 74, "/cart": 6, LEAVE: 20}, 0.9, ("pay",)),
    PAID: WebPage(8, {"/docs/install": 30, LEAVE: 70}, signal="purchase"),
    "/signup": WebPage(20, {"/docs/install": 48, "/": 6, LEAVE: 46}, 0.8, ("submit",), "signup"),
    "/blog": WebPage(12, {"/blog/launch": 34, "/blog/live-dashboards": 30, "/": 8, LEAVE: 28}),
    "/blog/launch": WebPage(50, {"/": 22, "/pricing": 12, "/docs": 14, LEAVE: 52}, 0.1, ("share",)),
    "/blog/live-dashboards": WebPage(60, {"/": 14, "/docs": 14, LEAVE: 72}, 0.1, ("share",)),
    "/about": WebPage(15, {"/": 18, "/contact": 14, LEAVE: 68}),
    "/contact": WebPage(20, {"/": 14, LEAVE: 86}, 0.5, ("send",)),
}

LONGEST_STAY_S = 120.0
"""Well below the timeout of a session."""

SPREAD = 0.7
"""Sigma of the lognormal distribution of times on a page."""


def stay_s(page: WebPage, dice: Random) -> float:
    """A time on the page in seconds, lognormal around its median."""
    return min(LONGEST_STAY_S, max(1.0, dice.lognormvariate(0.0, SPREAD) * page.stay_s))


def pick(weighted: dict[str, int] | dict[str, float], dice: Random) -> str:
    """A key, as likely as its weight."""
    return dice.choices(list(weighted), list(weighted.values()))[0]
