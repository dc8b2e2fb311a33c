"""A number with its name."""

from ui.panel import Panel


class Figure(Panel, component="figure.js"):
    """One live number. ``hint`` says what it counts; the title of the browser's tab shows it too
    where ``in_title`` is set."""

    def __init__(self, label: str, value: str, hint: str, *, in_title: bool = False) -> None:
        super().__init__({"value": value, "hint": hint})
        self._props["label"] = label
        self._props["in-title"] = in_title

    def update_value(self, value: str, hint: str) -> None:
        self.show({"value": value, "hint": hint})
