"""The pipeline of the tracker's door: an event from a request, step by step."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.schema import SiteFinder, id_for
from ingest.tracking.hit import Caller, Hit
from ingest.tracking.known.urls import read_url
from ingest.tracking.request import TrackRequest
from ingest.tracking.steps.agent import find_agent
from ingest.tracking.steps.campaign import find_campaign
from ingest.tracking.steps.country import Locate, find_country
from ingest.tracking.steps.crowd import Crowd
from ingest.tracking.steps.opt_out import honour
from ingest.tracking.steps.page import find_page
from ingest.tracking.steps.referrer import find_referrer, find_source
from ingest.tracking.steps.site import find_site
from ingest.tracking.steps.visitor import find_visitor
from state.event import BotHit, Event
from state.salts.day_salts import DaySalts

OPTED_OUT = Refusal("opted_out", "This browser asks not to be counted.")
NO_ADDRESS = "should be an address with http:// or https://"

MADE = frozenset(
    {
        *("campaign", "source", "medium", "term", "content", "referrer", "channel"),
        *("device", "browser", "os", "countryFrom"),
    }
)
"""Metadata that the steps make; what a page sends under these names is dropped."""

Step = Callable[[Hit], None]


class TrackingRules(NamedTuple):
    """The settings of the door: which signals of a browser are honoured, which names of a query
    belong to the page, and by key of the site which hosts are the website's own."""

    honour: Sequence[str] = ("gpc", "dnt")
    keep_query: frozenset[str] = frozenset()
    own_hosts: Mapping[str, Sequence[str]] = {}


class OptedOut(NamedTuple):
    """A request of somebody who doesn't want to be counted."""


class Tracking:
    """Makes events. ``locate`` gives the country code of an address, ``is_running`` says whether
    a session of a site is active; ``sites`` is None while there is one."""

    def __init__(
        self,
        rules: TrackingRules,
        salts: DaySalts,
        locate: Locate,
        is_running: Callable[[str, str], bool],
        sites: SiteFinder | None = None,
    ) -> None:
        crowd = Crowd()
        self.salts = salts
        self.steps: tuple[Step, ...] = (
            partial(honour, signals=rules.honour),
            *([partial(find_site, sites=sites)] if sites is not None else ()),
            partial(find_page, kept=rules.keep_query),
            find_agent,
            find_campaign,
            partial(find_referrer, own_hosts=rules.own_hosts),
            find_source,
            partial(find_country, locate=locate),
            partial(find_visitor, salts=salts, is_running=is_running),
            crowd.find_bot,
        )

    @property
    def is_ready(self) -> bool:
        """False until the salt of today is known."""
        return self.salts.are_known

    def event(
        self, sent: TrackRequest, caller: Caller, at: float
    ) -> Event | BotHit | OptedOut | Refusal:
        """The event of a request at ``at``, in epoch seconds, or what else it is."""
        url = read_url(sent.url)
        if url is None:
            wrong = FieldError("url", NO_ADDRESS)
            return Refusal("invalid_event", "These fields are wrong: url.", [wrong])
        told = {name: value for name, value in (sent.metadata or {}).items() if name not in MADE}
        hit = Hit(sent, caller, at, url, told)
        for step in self.steps:
            step(hit)
            if hit.opted_out:
                return OptedOut()
            if hit.wrong:
                return Refusal("invalid_event", "These fields are wrong: site.", hit.wrong)
            if hit.bot is not None:
                return BotHit(hit.bot, hit.site)
        return _event(hit)


def _event(hit: Hit) -> Event:
    sent = hit.sent
    if sent.element:
        hit.metadata["element"] = sent.element
    return Event(
        sent.event_id or id_for(sent.type),
        sent.type,
        hit.session_id,
        hit.page,
        sent.name or None,
        None,
        hit.country,
        hit.metadata,
        sent.tab or None,
        sent.engaged_ms,
        sent.scroll,
        hit.site,
    )
