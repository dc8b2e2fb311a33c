// Shared by all panels: the server's clock, formats of times, the theme.
(() => {
  const THEMES = ["system", "light", "dark"];
  const everySecond = new Set();
  let ahead = 0; // server clock minus ours, in seconds

  const now = () => Date.now() / 1000 + ahead;

  function ago(at) {
    const s = Math.max(0, Math.floor(now() - at));
    if (s < 1) return "now";
    if (s < 60) return `${s} s ago`;
    if (s < 3600) return `${Math.floor(s / 60)} min ago`;
    return s < 86400 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86400)} d ago`;
  }

  const exact = (at) => new Date(at * 1000).toLocaleString();
  const time = (at) => new Date(at * 1000).toLocaleTimeString();

  // Long paths are cut in the middle: the beginning and the end identify a page. The head may shrink
  // (style.css), the tail doesn't.
  const WHOLE = 24;
  const TAIL = 10;
  const isLong = (text) => text.length > WHOLE;
  const Path = {
    props: { text: String, copy: Boolean },
    template: `
      <code class="path" :title="text"><span>{{ head }}</span><span v-if="tail">{{ tail }}</span></code>
      <button v-if="copy && tail" type="button" class="copy" :aria-label="'Copy ' + text"
          @click="toClipboard">copy</button>`,
    computed: {
      head() {
        return isLong(this.text) ? this.text.slice(0, -TAIL) : this.text;
      },
      tail() {
        return isLong(this.text) ? this.text.slice(-TAIL) : "";
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

  // Rows as the server packs them: the keys once, then the values of each.
  const rows = ({ keys, values }) =>
    values.map((row) => Object.fromEntries(keys.map((key, place) => [key, row[place]])));

  window.visitors = {
    now,
    rows,
    ago,
    exact,
    time,
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
    everySecond(tick) {
      everySecond.add(tick);
      return () => everySecond.delete(tick);
    },
    copy: (text) => navigator.clipboard?.writeText(text),
  };
  setInterval(() => everySecond.forEach((tick) => tick()), 1000);
})();
