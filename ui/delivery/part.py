"""The part of a view that one panel shows, and the calls of its Vue component that show it. No
NiceGUI here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ui.viewmodel.view import View


@dataclass(frozen=True, slots=True)
class Part:
    """What the panel ``name`` shows of each view: ``content(view)``. Parts of different pages are
    equal, so that these pages share what is made for them."""

    name: str
    content: Callable[[View], Any]

    def whole(self, view: View) -> str:
        """The call that shows the view, whatever was shown before."""
        return self.call("show", view.json(self.content))

    def change(self, base: View, view: View) -> str | None:
        """The call that shows the view where ``base`` is shown, both under the same filter. None:
        they look the same."""
        content = view.json(self.content)
        return None if content == base.json(self.content) else self.call("show", content)

    def call(self, method: str, content: str) -> str:
        """A call of a method with some JSON, as outbox.js reads it."""
        return f'["{self.name}","{method}",{content}]'


class ListPart(Part):
    """The part of a list that holds still under the pointer (hold.js). A change is an ``update``,
    which a held list may show later. The whole is named with its scope: in another one the rows are
    about something else, and the list lets go."""

    def whole(self, view: View) -> str:
        return self.call("show", view.json(_with_scope, self.content))

    def change(self, base: View, view: View) -> str | None:
        if base.scope != view.scope:
            return self.whole(view)
        content = view.json(self.content)
        return None if content == base.json(self.content) else self.call("update", content)


def _with_scope(view: View, content: Callable[[View], dict[str, object]]) -> dict[str, object]:
    return {"scope": view.scope, **content(view)}
