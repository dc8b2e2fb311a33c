// Shared by all panels: the server's clock, formats of times and texts, the theme.
(() => {
  const THEMES = ["system", "light", "dark"];
  const everySecond = new Set();
  let ahead = 0; // server clock minus ours, in seconds
  let asOf = null; // since when the numbers are old; null while they are live

  const now = () => Date.now() / 1000 + ahead;
  const tick = () => everySecond.forEach((each) => each());

  function ago(at) {
    const s = Math.max(0, Math.floor(now() - at));
    if (s < 1) return "now";
    if (s < 60) return `${s} s ago`;
    if (s < 3600) return `${Math.floor(s / 60)} min ago`;
    return s < 86400 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86400)} d ago`;
  }

  // As the server says it: 45 s, 4 m 12 s, 2 h 05 m.
  function duration(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const two = (number) => String(number).padStart(2, "0");
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
    return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} m`;
  }

  // 1234567 as 1 234 567 with thin spaces, as the server writes it.
  const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  // A text of a visitor, without what turns the direction of letters round: such marks are shown.
  const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  const plain = (text) => text.replace(TURNS, "\ufffd");

  // Made once: each row of a list is written with it, several times a second.
  const EXACT = new Intl.DateTimeFormat(undefined, {
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "2-digit", second: "2-digit" },
  });
  const exact = (at) => EXACT.format(at * 1000);
  const minute = (at) =>
    new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const time = (at) => new Date(at * 1000).toLocaleTimeString();

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
          :aria-label="'Copy ' + whole" @click="toClipboard">copy</button>`,
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

  const WORDS = { pageview: "viewed", click: "clicked", session_end: "left", custom: "did" };
  const GLYPHS = { pageview: "→", click: "●", session_end: "×", custom: "◆" };

  function setTheme(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }

  const theme = () => localStorage.getItem("theme") || "system";
  setTheme(theme()); // before the first paint

  // Rows as the server packs them: the keys once, then the values of each. Vue doesn't watch what is
  // frozen.
  const rows = ({ keys, values }) =>
    values.map((row) => Object.freeze(Object.fromEntries(keys.map((key, place) => [key, row[place]]))));

  window.visitors = {
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
    nextTheme() {
      setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
      return theme();
    },
    // Set the server's time.
    setClock(at) {
      ahead = at - Date.now() / 1000;
    },
    // Since when the numbers are old, or null: then they are live.
    asOf: () => asOf,
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
  };
  setInterval(tick, 1000);
})();
