"""Who may: origins, the token for reading, the key for writing."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from state.settings import Settings, is_loopback

BEARER_SUBPROTOCOL = "bearer."
COOKIE = "visitors_token"


class Access:
    """The rules of access as the settings have them. Secrets are compared in constant time."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._ingest_key = settings.ingest_key
        self._on_loopback = settings.on_loopback
        self._allowed_origins = frozenset(settings.allowed_origins)

    def lets_origin_in(self, origin: str, host: str) -> bool:
        """True for our own host, a loopback page while we listen on loopback, and what is allowed
        by name. ``host`` is the request's Host header."""
        if origin in self._allowed_origins:
            return True
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        return parts.netloc == host or (self._on_loopback and is_loopback(parts.hostname))

    def may_read(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], protocols: list[str]
    ) -> bool:
        """By bearer token, by login cookie, or by the subprotocol ``bearer.TOKEN``."""
        if not self._token:
            return True
        offered = [_bearer(headers), cookies.get(COOKIE, "")]
        offered += [p.removeprefix(BEARER_SUBPROTOCOL) for p in protocols if _is_bearer(p)]
        return any(_same(secret, self._token) for secret in offered)

    def may_write(self, headers: Mapping[str, str], key_in_body: str | None = None) -> bool:
        """By ingest key, in a header or in the body, or by the token, which may write as well."""
        if not self._ingest_key:
            return True
        offered = (_bearer(headers), headers.get("x-ingest-key", ""), key_in_body or "")
        secrets = [secret for secret in (self._ingest_key, self._token) if secret]
        return any(_same(each, secret) for each in offered for secret in secrets)


def bearer_subprotocol(protocols: list[str]) -> str | None:
    """The subprotocol that carried the token: the handshake has to name it again."""
    return next((p for p in protocols if _is_bearer(p)), None)


def _is_bearer(protocol: str) -> bool:
    return protocol.startswith(BEARER_SUBPROTOCOL)


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _same(offered: str, secret: str) -> bool:
    return hmac.compare_digest(offered.encode(), secret.encode())
