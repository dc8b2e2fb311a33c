"""The dialog of alerts: their rules, and what this browser does about them."""

from collections.abc import Awaitable, Callable

from nicegui.events import GenericEventArguments

from state.alert_rules.rule import KINDS, LEVELS
from state.alert_rules.validation import LIMITS, LONGEST_NAME, MOST_RULES
from state.event import SetAlertRules
from state.model import Model
from ui.panel import Panel
from ui.texts.text import text
from ui.viewmodel.alerts.rules import read_rules, rule_rows

BY = "dashboard"


class AlertRulesDialog(Panel, component="alert_rules.js"):
    """The rules are sent when it is opened. ``keep`` stores others and returns whether that went
    well; None: this page may only read them. Sounds and notifications are choices that the browser
    keeps."""

    def __init__(
        self, model: Model, keep: Callable[[SetAlertRules], Awaitable[bool]] | None
    ) -> None:
        super().__init__(None)
        self._props["edits"] = keep is not None
        self._props["kinds"], self._props["levels"] = list(KINDS), list(LEVELS)
        self._props["limits"] = {name: list(limits) for name, limits in LIMITS.items()}
        self._props["most"], self._props["longest"] = MOST_RULES, LONGEST_NAME

        def ask() -> None:
            self.call("fill", rule_rows(model))

        async def save(event: GenericEventArguments) -> None:
            if keep is None:
                return
            rules, wrong = read_rules(event.args)
            if wrong:
                self.call("refuse", wrong)
            elif await keep(SetAlertRules(rules, BY)):
                self.call("saved")
            else:
                self.call("refuse", [["rules", text("could not be stored: try again")]])

        self.on("ask", ask)
        self.on("save", save)
