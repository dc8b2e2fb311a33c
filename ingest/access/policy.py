"""The access policy: origins, the token for reading, the key for writing, logins."""

import hmac
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from time import time
from urllib.parse import urlsplit

from ingest.access.logins import Login, Logins
from state.settings.rules import is_loopback
from state.settings.settings import Settings

BEARER_SUBPROTOCOL = "bearer."
COOKIE = "visitors_login"


class Access:
    """The rules of access as the settings have them. Secrets are compared in constant time."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time,
        was_ended: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """``clock`` and ``was_ended`` are for ``Logins``."""
        self.has_token = bool(settings.token)
        self.needs_token = self.has_token and not settings.open
        self.needs_key = bool(settings.ingest_key)
        self._token = settings.token
        self._ingest_key = settings.ingest_key
        self._on_loopback = settings.on_loopback
        self._allowed_origins = frozenset(settings.allowed_origins)
        self._allowed_names = {urlsplit(each).hostname for each in settings.allowed_origins}
        self._is_for_this_machine = self._on_loopback and not (self.has_token or settings.open)
        self._opens_reset = settings.open_reset or self._is_for_this_machine
        self.logins = Logins(settings.token, clock, was_ended)

    @property
    def is_for_this_machine(self) -> bool:
        """True while reading needs no token and only loopback is listened on."""
        return self._is_for_this_machine

    def allows_origin(self, origin: str, host: str) -> bool:
        """True for our own host, for allowed origins, and for pages on loopback while we listen on
        loopback. ``host`` is the request's Host header."""
        if origin in self._allowed_origins:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        return parts.netloc == host or (self._on_loopback and is_loopback(parts.hostname))

    def knows_host(self, host: str) -> bool:
        """False for a public DNS name in the Host header while ``is_for_this_machine``. After DNS
        rebinding (a page's name resolves to this machine once the page is loaded) only that name
        tells a foreign page from our own."""
        if not self.is_for_this_machine:
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return "." not in name.strip(".") or _is_own(name) or name in self._allowed_names

    def may_read(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], protocols: list[str]
    ) -> bool:
        """By bearer token, by login cookie, or by the subprotocol ``bearer.TOKEN``."""
        return not self.needs_token or self._knows_token(headers, cookies, protocols)

    def may_reset(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> bool:
        """With a token: like reading, whatever ``open`` is. Without one: on loopback, or with
        ``open_reset``."""
        if self.has_token:
            return self._knows_token(headers, cookies, [])
        return self._opens_reset

    def _knows_token(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], protocols: list[str]
    ) -> bool:
        if self.login(cookies) is not None:
            return True
        offered = [_bearer(headers)]
        offered += [p.removeprefix(BEARER_SUBPROTOCOL) for p in protocols if _is_bearer(p)]
        return any(_same(secret, self._token) for secret in offered)

    def may_write(self, headers: Mapping[str, str], key_in_body: str | None = None) -> bool:
        """By ingest key, in a header or in the body, or by the token, which may write as well."""
        if not self._ingest_key:
            return True
        offered = (_bearer(headers), headers.get("x-ingest-key", ""), key_in_body or "")
        good = [secret for secret in (self._ingest_key, self._token) if secret]
        return any(_same(each, secret) for each in offered for secret in good)

    def log_in(self, token: str) -> str | None:
        """Returns the value of a new cookie, or None unless the token is right."""
        return self.logins.new_cookie() if self._token and _same(token, self._token) else None

    def login(self, cookies: Mapping[str, str]) -> Login | None:
        """The login that a request's cookie is good for."""
        return self.logins.find(cookies.get(COOKIE, "")) if self.has_token else None


def bearer_subprotocol(protocols: list[str]) -> str | None:
    """Returns the subprotocol with the token: the handshake response has to repeat it."""
    return next((p for p in protocols if _is_bearer(p)), None)


def _is_bearer(protocol: str) -> bool:
    return protocol.startswith(BEARER_SUBPROTOCOL)


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _is_own(name: str) -> bool:
    """An address can't be pointed elsewhere, and ``.localhost`` never leaves the machine."""
    try:
        return bool(ip_address(name))
    except ValueError:
        return is_loopback(name.rstrip("."))


def _same(offered: str, secret: str) -> bool:
    return hmac.compare_digest(offered.encode(), secret.encode())
