"""Who may: origins, the token for reading, the key for writing, and who is logged in."""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from state.setting_rules import is_loopback
from state.settings import Settings

BEARER_SUBPROTOCOL = "bearer."
COOKIE = "visitors_login"
LOGINS_REVOKED = 10_000


class Access:
    """The rules of access as the settings have them. Secrets are compared in constant time."""

    def __init__(self, settings: Settings) -> None:
        self.needs_token = bool(settings.token)
        self.needs_key = bool(settings.ingest_key)
        self._token = settings.token
        self._ingest_key = settings.ingest_key
        self._on_loopback = settings.on_loopback
        self._allowed_origins = frozenset(settings.allowed_origins)
        self._allowed_names = {urlsplit(each).hostname for each in settings.allowed_origins}
        self._logins = Logins(settings.token)

    def lets_origin_in(self, origin: str, host: str) -> bool:
        """True for our own host, a loopback page while we listen on loopback, and what is allowed
        by name. ``host`` is the request's Host header."""
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
        """False for a name from the Internet's directory while only this machine can reach us and
        no token is asked for. A web page whose name was pointed here after it was loaded (DNS
        rebinding) looks like our own page but for that name, in ``host``, the Host header."""
        if self.needs_token or not self._on_loopback:
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
        if not self._token or self._logins.is_good(cookies.get(COOKIE, "")):
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
        """A cookie's value for who knows the token, or None."""
        return self._logins.new() if self._token and _same(token, self._token) else None

    def log_out(self, cookies: Mapping[str, str]) -> None:
        """End a login: its cookie is good for nothing more, its sockets are closed."""
        self._logins.end(cookies.get(COOKIE, ""))

    def ended(self, cookies: Mapping[str, str]) -> asyncio.Event | None:
        """For a socket that is open by its cookie: set when the login ends."""
        cookie = cookies.get(COOKIE, "")
        return self._logins.ended(cookie) if self._logins.is_good(cookie) else None


class Logins:
    """Cookies that only this server can have given: a random part, and its HMAC under the token.
    So they outlive a restart, and another token makes all of them worthless."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._over: dict[str, None] = {}
        self._watched: dict[str, asyncio.Event] = {}

    def new(self) -> str:
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._sign(nonce)}"

    def is_good(self, cookie: str) -> bool:
        nonce, _, signature = cookie.partition(".")
        return bool(signature) and _same(signature, self._sign(nonce)) and nonce not in self._over

    def end(self, cookie: str) -> None:
        if not self.is_good(cookie):
            return
        nonce = cookie.partition(".")[0]
        self._over[nonce] = None
        if len(self._over) > LOGINS_REVOKED:
            del self._over[next(iter(self._over))]
        if (watched := self._watched.pop(nonce, None)) is not None:
            watched.set()

    def ended(self, cookie: str) -> asyncio.Event:
        return self._watched.setdefault(cookie.partition(".")[0], asyncio.Event())

    def _sign(self, nonce: str) -> str:
        return hmac.new(self._token, nonce.encode(), sha256).hexdigest()


def bearer_subprotocol(protocols: list[str]) -> str | None:
    """The subprotocol that carried the token: the handshake has to name it again."""
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
