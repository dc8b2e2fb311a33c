"""The base of panels that ask for what they show, while they are seen."""

from collections.abc import Awaitable, Callable

from nicegui.events import GenericEventArguments

from ui.panel import Panel

Get = Callable[[str], Awaitable[str]]


class AskingPanel(Panel):
    """``get`` returns the content of a name as JSON. The browser asks for it every two seconds
    while the panel is seen (``seen.js``), and is sent it if it has changed since."""

    def __init__(self, name: str, get: Get) -> None:
        super().__init__(None)

        async def ask(event: GenericEventArguments) -> None:
            content = await get(name)
            if not self.client.has_socket_connection:
                return
            is_news = event.args is not True or content != self._sent
            self._sent = content
            self.call_json("answer", content if is_news else "null")

        self._sent = ""
        self.on("ask", ask)
