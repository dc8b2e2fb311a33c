// Shared by all panels: the server's clock, formats of times and texts, the theme.
(() => {
  const THEMES = ["system", "light", "dark"];
  const everySecond = new Set();
  const clocks = []; // answers to the question for the server's time
  const MOST_CLOCKS = 8; // a clock drifts: old answers go
  let ahead = 0; // server clock minus ours, in seconds
  let chosen = {}; // the values of the filter, by field
  let asOf = null; // since when the numbers are old; null while they are live

  const now = () => Date.now() / 1000 + ahead;
  const tick = () => everySecond.forEach((each) => each());

  function ago(at) {
    const s = Math.max(0, Math.floor(now() - at));
    if (s < 1) return visitors.tc("age", "now");
    if (s < 60) return visitors.t("{n} s ago", { n: s });
    if (s < 3600) return visitors.t("{n} min ago", { n: Math.floor(s / 60) });
    const hours = Math.floor(s / 3600);
    return hours < 24 ? visitors.t("{n} h ago", { n: hours }) : visitors.t("{n} d ago", { n: Math.floor(hours / 24) });
  }

  // 45 s, 4 m 12 s, 2 h 05 m.
  function duration(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const two = (number) => String(number).padStart(2, "0");
    if (s < 60) return visitors.t("{n} s", { n: s });
    // Translators: minutes and seconds
    if (s < 3600) return visitors.t("{m} m {s} s", { m: Math.floor(s / 60), s: two(s % 60) });
    return visitors.t("{h} h {m} m", { h: Math.floor(s / 3600), m: two(Math.floor((s % 3600) / 60)) });
  }

  // 1234567 as 1 234 567 with thin spaces in all languages, as the server writes it; 1.5 as 1,5 in German.
  const DECIMAL = new Intl.NumberFormat(visitors.locale, { maximumFractionDigits: 1, useGrouping: false });
  function count(number) {
    const text = Number.isInteger(number) ? String(number) : DECIMAL.format(number);
    return text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  }

  // Without case and accents.
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // A text of a visitor, without what turns the direction of letters round: such marks are shown.
  const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  const plain = (text) => text.replace(TURNS, "\ufffd");

  // Made once: each row of a list is written with it, several times a second.
  const EXACT = new Intl.DateTimeFormat(visitors.locale, {
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "2-digit", second: "2-digit" },
  });
  const exact = (at) => EXACT.format(at * 1000);
  const MINUTE = new Intl.DateTimeFormat(visitors.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const TIME = new Intl.DateTimeFormat(visitors.locale, { timeStyle: "medium", hourCycle: "h23" });
  const minute = (at) => MINUTE.format(at * 1000);
  const time = (at) => TIME.format(at * 1000);

  // Long paths are cut in the middle: the beginning and the end identify a page. The head may shrink
  // (style.css), the tail doesn't.
  const WHOLE = 24;
  const TAIL = 10;
  const LATER_HALF = /^[\udc00-\udfff]/; // of a character that takes two places
  function tailOf(text) {
    if (text.length <= WHOLE) return "";
    const tail = text.slice(-TAIL);
    return LATER_HALF.test(tail) ? text.slice(-TAIL - 1) : tail;
  }
  // ``skip``: the copy button is no tab stop of its own, since arrow keys reach it (hold.js).
  const Path = {
    props: { text: String, copy: Boolean, skip: Boolean },
    template: `
      <code class="path" dir="auto" :title="whole"><span>{{ head }}</span><span v-if="tail">{{ tail }}</span></code>
      <button v-if="copy && tail" type="button" class="copy" :tabindex="skip ? -1 : null"
          :aria-label="t('Copy {text}', { text: whole })" @click="toClipboard">{{ t("copy") }}</button>`,
    computed: {
      whole() {
        return plain(this.text);
      },
      tail() {
        return tailOf(this.whole);
      },
      head() {
        return this.whole.slice(0, this.whole.length - this.tail.length);
      },
    },
    methods: {
      toClipboard() {
        visitors.copy(this.text);
      },
    },
  };

  const WORDS = {
    // Translators: before a page or a name, as in "viewed /blog", "clicked buy-button", "did signup"
    ...{ pageview: visitors.t("viewed"), click: visitors.t("clicked") },
    ...{ session_end: visitors.tc("event", "left"), custom: visitors.t("did") },
  };
  const GLYPHS = { pageview: "→", click: "●", session_end: "×", custom: "◆" };

  function setTheme(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
    window.dispatchEvent(new CustomEvent("visitors:theme"));
  }

  // Old numbers are loud: the top bar turns amber or red (header.css), so does the tab's icon.
  const ICON = 'link[rel~="icon"]';
  const ALARMS = { amber: "#c77d00", red: "#d0312d" };
  let usualIcon = null;
  function setAlarm(level) {
    document.documentElement.classList.toggle("old", level !== null);
    document.documentElement.classList.toggle("lost", level === "red");
    const link = document.querySelector(ICON);
    if (!link) return;
    usualIcon ??= link.href;
    link.href = level === null ? usualIcon : alarmIcon(ALARMS[level]);
  }
  function alarmIcon(colour) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 1l7 14H1z" fill="${colour}"/></svg>`;
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }

  const theme = () => {
    const kept = localStorage.getItem("theme");
    return THEMES.includes(kept) ? kept : "system";
  };
  setTheme(theme()); // before the first paint

  // Rows as the server packs them: the keys once, then the values of each. Vue doesn't watch what is
  // frozen.
  const rows = ({ keys, values }) =>
    values.map((row) => Object.freeze(Object.fromEntries(keys.map((key, place) => [key, row[place]]))));

  Object.assign(visitors, {
    now,
    rows,
    ago,
    duration,
    count,
    plain,
    exact,
    time,
    minute,
    Path,
    word: (type) => WORDS[type],
    glyph: (type) => GLYPHS[type],
    theme,
    setTheme,
    nextTheme() {
      setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
      return theme();
    },
    // The server's time as it made the page.
    setClock(at) {
      ahead = at - Date.now() / 1000;
    },
    // The server's time ``at``, as it answered a question that was asked and answered at these times
    // of ours. The fastest answer of the last ones is right within half of the time that it took.
    tuneClock({ at, asked, answered }) {
      clocks.push({ ahead: at - (asked + answered) / 2000, took: answered - asked });
      if (clocks.length > MOST_CLOCKS) clocks.shift();
      ahead = clocks.reduce((best, each) => (each.took < best.took ? each : best)).ahead;
      return clocks.length;
    },
    // What the outbox measures: how long the last change took from the server to the screen, in
    // seconds, and how many frames didn't follow the one before.
    meter: { latency: null, missed: 0 },
    isTuned: () => clocks.length > 0,
    // The filter that is in effect.
    chosen: () => chosen,
    setChosen(filter) {
      chosen = filter;
      window.dispatchEvent(new CustomEvent("visitors:chosen"));
    },
    filterBy(field, name) {
      window.dispatchEvent(new CustomEvent("visitors:filter", { detail: { field, name } }));
    },
    // Have a panel seen that a tab may hide.
    reveal(panel) {
      window.dispatchEvent(new CustomEvent("visitors:reveal", { detail: panel }));
    },
    folded,
    // Since when the numbers are old, or null: then they are live.
    asOf: () => asOf,
    setAlarm,
    setAsOf(at) {
      if (at === asOf) return;
      asOf = at;
      tick();
    },
    // The latest moment that the numbers know of.
    known: () => asOf ?? now(),
    everySecond(each) {
      everySecond.add(each);
      return () => everySecond.delete(each);
    },
    copy: (text) => navigator.clipboard?.writeText(text),
  });
  setInterval(tick, 1000);
})();
