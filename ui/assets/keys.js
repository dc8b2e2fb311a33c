// The keys of the page, and its commands: what panels offer to the keys and to the palette.
(() => {
  const { t } = visitors;
  // All keys. ``run`` is the id of a command; a key without one is handled where the focus is.
  const KEYS = [
    { keys: ["?"], does: t("Show the keys"), run: "keys" },
    { keys: ["/"], does: t("Search in the list with the focus, or among the people"), run: "search" },
    { keys: ["k", "Ctrl+k"], does: t("Find a command, a page or a country"), run: "palette" },
    { keys: ["p"], does: t("Pause the feed, or go on"), run: "pause" },
    { keys: [","], does: t("Choose panels, theme, language and sounds"), run: "settings" },
    { keys: ["Escape"], does: t("Close what is open, or clear the filters"), run: "clear" },
    { keys: ["Tab"], does: t("Go to the next list") },
    { keys: ["↓", "↑", "Home", "End"], does: t("Move among the rows of a list") },
    { keys: ["Enter"], does: t("Open the journey of a row, or filter by it") },
    { keys: ["a … z"], does: t("Search in the list with the focus") },
  ];
  const commands = new Map();

  // Offer commands until the returned function is called: ``{id, title, run}``, or ``{id, list}`` with
  // a function that returns many ``{title, run}``. A command without a title has a key alone.
  function offer(...offered) {
    for (const command of offered) commands.set(command.id, command);
    return () => {
      for (const command of offered) if (commands.get(command.id) === command) commands.delete(command.id);
    };
  }

  function all() {
    return [...commands.values()].flatMap((each) => each.list?.() ?? (each.title ? [each] : []));
  }

  const run = (id) => commands.get(id)?.run();

  const nameOf = ({ key, ctrlKey, metaKey }) => (ctrlKey || metaKey ? `Ctrl+${key}` : key);
  const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select";
  const isTyped = (target) => target.closest(TYPED) !== null;
  const isCovered = () => document.querySelector("dialog[open], :popover-open") !== null;

  function pressed(event) {
    if (event.defaultPrevented || event.altKey || isCovered()) return;
    const name = nameOf(event);
    if (isTyped(event.target) && !name.startsWith("Ctrl+")) return;
    const command = commands.get(KEYS.find(({ keys }) => keys.includes(name))?.run);
    if (!command) return;
    event.preventDefault();
    command.run();
  }

  offer({
    id: "search",
    run() {
      const panel = document.activeElement.closest("[data-panel]")?.dataset.panel ?? "people";
      run(`search ${panel}`);
    },
  });
  window.addEventListener("keydown", pressed);
  Object.assign(visitors, { KEYS, offer, run, can: (id) => commands.has(id), commands: all });
})();
