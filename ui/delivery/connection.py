"""The socket of an open page."""

from nicegui import Client

from ui.delivery.view_stream import PageConnection

EXTENSION = "visitors.page"
"""The socket of a page, in the extensions of its scope."""


def connection_of(client: Client) -> PageConnection | None:
    """The socket of a page's browser, if it is connected."""
    environ = client.environ
    if environ is None or not client.has_socket_connection:
        return None
    connection: PageConnection = environ["asgi.scope"]["extensions"][EXTENSION]
    return connection
