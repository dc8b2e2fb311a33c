"""Close codes of our WebSockets: those of RFC 6455, 7.4.1, and ours from 4400 on, which end in the
matching HTTP status."""

GOING_AWAY = 1001
"""The server is being stopped."""

BINARY = 1003
"""A binary frame, where only text frames are read."""

NO_CLOSE_FRAME = 1006
"""Never sent: what the application is told where a connection ended without a close frame."""

NOT_OUR_PAGE = 1008
"""A packet that no page of ours sends."""

TOO_SLOW = 1013
"""The peer took nothing for too long."""

UNAUTHORIZED = 4401
"""The token is missing or wrong, or the login has ended."""

RATE_LIMITED = 4429
"""Too many messages, although told so."""
