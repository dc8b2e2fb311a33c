"""The journey of one session: a timeline that is updated while it is open."""

from state.model import Model
from ui.panel import Panel
from ui.viewmodel.formats import as_json
from ui.viewmodel.journey import journey


class Journey(Panel, component="journey.js"):
    """A dialog. ``session_id`` is the session that it shows, or None."""

    def __init__(self, model: Model) -> None:
        super().__init__(None)
        self.session_id: str | None = None
        self._model = model
        self._shown = ""

        def close() -> None:
            self.session_id = None

        self.on("close", close)

    def open(self, session_id: str) -> None:
        """Show a session, from its beginning."""
        self.session_id = session_id
        self._shown = self._content(session_id)
        self.call_json("open", self._shown)

    def refresh(self) -> None:
        """Show the session as it is now; does nothing while none is open."""
        if self.session_id is None:
            return
        content = self._content(self.session_id)
        if content != self._shown:
            self._shown = content
            self.call_json("show", content)

    def _content(self, session_id: str) -> str:
        session = self._model.sessions.find(session_id, self._model.now)
        if session is None:
            return as_json({"id": session_id, "gone": True})
        return as_json(journey(session, self._model.options.idle_after_s))
