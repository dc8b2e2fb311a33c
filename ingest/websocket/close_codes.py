"""WebSocket close codes: those of RFC 6455, 7.4.1, and ours, which are 4000 + an HTTP status."""

GOING_AWAY = 1001
"""The server is being stopped."""

BINARY = 1003
"""A binary frame, where only text frames are read."""

NO_CLOSE_FRAME = 1006
"""Never sent: the application gets it for a connection that ended without a close frame."""

NOT_OUR_PAGE = 1008
"""A packet that our page never sends."""

TOO_SLOW = 1013
"""The peer read nothing for too long."""

UNAUTHORIZED = 4401
"""The token is missing or wrong, or the login has ended."""

NO_SITE = 4404
"""``?site=`` names a site that there isn't."""

RATE_LIMITED = 4429
"""Too many messages, after a warning."""
