"""The setting ``sites``: the keys of websites, and the hosts of each."""

import re
from collections.abc import Sequence

from msgspec import Struct

DEFAULT = "default"
"""The key of the one site without the setting, and of the first one with ``*``."""

ANY = "*"
LONGEST_SITE = 64
_KEY = re.compile(rf"[a-z0-9._-]{{1,{LONGEST_SITE}}}")
_HOST = re.compile(r"[a-z0-9._-]{1,253}", re.IGNORECASE)
MOST_NAMED = 1_000
ALLOWED = f"of 1 to {LONGEST_SITE} characters a-z, 0-9, . _ -"


class SiteNames(Struct, frozen=True):
    """``hosts`` by key, in the order of the setting. ``is_one`` without the setting; ``is_open``
    where a site begins with its first event, up to ``most``."""

    hosts: dict[str, tuple[str, ...]]
    is_one: bool = False
    is_open: bool = False
    most: int = 1

    @classmethod
    def of(cls, items: Sequence[str], most: int) -> "SiteNames":
        """The names of a setting that follows the rule of ``check_sites``."""
        if not items:
            return cls({DEFAULT: ()}, is_one=True)
        if tuple(items) == (ANY,):
            return cls({DEFAULT: ()}, is_open=True, most=most)
        return cls(dict(map(_item, items)), most=len(items))


def is_key(text: str) -> bool:
    """True for a text that can be the key of a site."""
    return _KEY.fullmatch(text) is not None


def plain_host(host: str) -> str:
    """A host as it is compared: in lower case, without ``www.`` and a final dot."""
    return host.lower().removeprefix("www.").rstrip(".")


def check_sites(items: Sequence[str]) -> None:
    """Check the setting.

    Raises:
        ValueError: with what is allowed.
    """
    if tuple(items) == (ANY,):
        return
    names = [_item(item) for item in items]
    hosts = [host for _, hosts in names for host in hosts]
    if not all(is_key(key) for key, _ in names) or not all(map(_HOST.fullmatch, hosts)):
        raise ValueError(
            f"should be keys {ALLOWED}, each with its hosts if it has any, like"
            " shop=shop.example+www.shop.example,blog; or * for any"
        )
    keys = [key for key, _ in names]
    of_hosts = {(plain_host(host), key) for key, hosts in names for host in hosts}
    if len(set(keys)) < len(keys) or len(of_hosts) > len(set(map(plain_host, hosts))):
        raise ValueError("should name each key once, and each host for one key")
    if len(keys) > MOST_NAMED:
        raise ValueError(f"should be at most {MOST_NAMED} sites")


def _item(item: str) -> tuple[str, tuple[str, ...]]:
    key, _, hosts = item.partition("=")
    return key.strip(), tuple(host.strip().lower() for host in hosts.split("+") if host.strip())
