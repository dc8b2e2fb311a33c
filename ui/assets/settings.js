// What a viewer has chosen for this browser: which panels, in which order, and the window of the
// people. What is kept may be old or broken: what can't be used counts as not chosen.
(() => {
  const PANELS = "panels";
  const MINUTES = "minutes";
  const MOST_MINUTES = 30; // the server takes no more (filters.py)
  // All panels in their usual order. Lists are moved among lists, the others among the others.
  const ALL = [
    { key: "pages", title: visitors.t("Pages"), isList: true },
    { key: "sources", title: visitors.t("Sources"), isList: true },
    { key: "countries", title: visitors.t("Countries"), isList: true },
    { key: "devices", title: visitors.t("Devices"), isList: true },
    { key: "people", title: visitors.t("People") },
    { key: "feed", title: visitors.t("Feed") },
    { key: "map", title: visitors.t("Map") },
    { key: "flow", title: visitors.t("Flow") },
    { key: "funnel", title: visitors.t("Funnel") },
  ];

  // Something of the kept JSON, ``none`` if that is nothing of this kind.
  function kept(name, none, isUsable) {
    try {
      const value = JSON.parse(localStorage.getItem(name));
      return isUsable(value) ? value : none;
    } catch {
      return none;
    }
  }

  // A panel that the kept order doesn't know stands last, and is shown.
  function panels() {
    const { order, hidden } = kept(PANELS, {}, (value) => value !== null && typeof value === "object");
    const places = new Map((Array.isArray(order) ? order : []).map((key, place) => [key, place]));
    const isHidden = (key) => Array.isArray(hidden) && hidden.includes(key);
    const placeOf = ({ key }) => places.get(key) ?? places.size;
    return ALL.map((panel) => ({ ...panel, isShown: !isHidden(panel.key) })).sort((a, b) => placeOf(a) - placeOf(b));
  }

  function keep(name, text) {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
    window.dispatchEvent(new CustomEvent("visitors:settings"));
  }

  visitors.settings = {
    MOST_MINUTES,
    kept,
    panels,
    keepPanels(chosen) {
      const order = chosen.map(({ key }) => key);
      const hidden = chosen.filter(({ isShown }) => !isShown).map(({ key }) => key);
      keep(PANELS, JSON.stringify({ order, hidden }));
    },
    forgetPanels: () => keep(PANELS, ""),
    // As the address says them; empty for the window of the server.
    minutes() {
      const minutes = kept(MINUTES, 0, Number.isInteger);
      return minutes >= 1 && minutes <= MOST_MINUTES ? String(minutes) : "";
    },
    keepMinutes: (minutes) => keep(MINUTES, minutes),
  };
})();
