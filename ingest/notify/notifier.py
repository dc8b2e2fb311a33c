"""Hands alerts to all targets."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from ingest.notify.notice import Notice
from ingest.notify.target import NotifyTarget, TargetStatus
from state.alerts import Alert
from state.journal.redis.claims import RedisClaims
from state.journal.redis.url import is_redis, read_address
from state.settings.rules import error_sentence
from state.settings.settings import Settings, SettingsError
from state.sites.site import Site


class Notifier:
    """``notify`` is called with each alert that is raised, or ends, while the server runs; never
    with those of a replay. Each is sent at most once. The site is told where there are several."""

    def __init__(self, targets: Sequence[NotifyTarget], *, names_sites: bool = False) -> None:
        self._targets = targets
        self._names_sites = names_sites

    def notify(self, alert: Alert, site: Site) -> None:
        if self._targets:
            name = site.name if self._names_sites else None
            notice = Notice.of(alert, site.hub.epoch, name)
            for target in self._targets:
                target.put(notice)

    def status(self) -> list[TargetStatus]:
        return [target.status() for target in self._targets]

    def stop(self) -> None:
        for target in self._targets:
            target.stop()


def build_notifier(settings: Settings) -> Notifier:
    """A target for each address of the settings. In a cluster the nodes agree by Redis on the one
    that sends an alert to an address.

    Raises:
        SettingsError: Apprise doesn't understand an address.
    """
    if not settings.notify:
        return Notifier(())
    from ingest.notify.apprise_sender import AppriseSender, CannotNotify  # noqa: PLC0415 — 0.2 s, 20 MB

    claims = RedisClaims(read_address(settings.journal)) if is_redis(settings.journal) else None
    targets = []
    for number, url in enumerate(settings.notify, 1):
        try:
            sender = AppriseSender(url)
        except CannotNotify as error:
            raise SettingsError(error_sentence("notify", url, str(error))) from None
        name = f"{number} ({sender.service})"
        targets.append(NotifyTarget(name, sender.send, _claim(claims, url)))
    return Notifier(targets, names_sites=bool(settings.sites))


def _claim(claims: RedisClaims | None, url: str) -> Callable[[Notice], bool]:
    if claims is None:
        return lambda notice: True
    digest = sha256(url.encode()).hexdigest()[:16]
    return lambda notice: claims.claim(f"{notice.key}:{digest}")
