const MOST_ROWS = 50;
const MOST_MOVED = 5; // beyond, the elements that are there are written anew, and none is made
const REST_MS = 1000; // motion says "new" only after a pause, and costs the page its smoothness
const GROUP_ABOVE = 8; // rows a second, more than an eye reads
const RATE_S = 2;
const GROUP_MS = 2000; // one row a group in this time
const MOST_COUNTRIES = 3;
const HIDDEN = "feed hides"; // kinds of events, kept in the browser
const KINDS = [
  { key: "pageview", title: visitors.t("views") },
  { key: "click", title: visitors.t("clicks") },
  { key: "custom", title: visitors.tc("events", "custom") },
  { key: "session_end", title: visitors.tc("events", "ends") },
];

export default {
  mixins: [visitors.Steady],
  components: { PathText: visitors.Path },
  props: { initial: Object, curl: String, snippet: String },
  emits: ["open"],
  template: `
    <section class="panel feed" tabindex="-1" aria-labelledby="feed-title">
      <header class="panel-head">
        <h2 id="feed-title">{{ t("Live feed") }}</h2>
        <button v-if="heldCount" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
        <div v-if="rows.length" class="chips" role="group" :aria-label="t('Kinds of events')">
          <button v-for="kind in kinds" :key="kind.key" type="button" class="chip" :aria-pressed="!hidden.includes(kind.key)"
              :title="t('Show or hide {kind}', { kind: kind.title })" @click="toggle(kind.key)">
            <span class="glyph" :class="kind.key" aria-hidden="true">{{ glyph(kind.key) }}</span> <span class="chip-word">{{ kind.title }}</span>
          </button>
        </div>
        <button v-if="rows.length" type="button" class="icon-button small" :aria-pressed="paused" :aria-label="t('Pause the feed')" :title="t('Pause the feed (p)')"
            @click="pause">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path v-if="paused" d="M5 3l8 5-8 5z" class="filled"/><path v-else d="M5.5 3.5v9M10.5 3.5v9"/></svg>
        </button>
      </header>
      <ol v-if="shown.length" class="rows" tabindex="0" :aria-label="t('Events, newest first')">
        <li v-for="(row, place) in shown" :key="many ? place : row.n">
          <button type="button" class="feed-row" :class="{ fresh: fresh.has(row.n) }" tabindex="-1" :data-id="'event ' + row.n"
              @click="choose(row)">
            <span class="glyph" :class="row.type" aria-hidden="true">{{ glyph(row.type) }}</span>
            <span class="feed-what">
              <span v-if="row.times" class="times">{{ row.times }}{{ row.isMore ? "+" : "" }} ×</span>
              <span class="word" :title="word(row)">{{ word(row) }}</span>
              <path-text v-if="row.page" :text="row.page" />
            </span>
            <span class="feed-who" :title="who(row)"><template v-if="row.times">{{ who(row) }}</template><template v-else><bdi :data-flag="flag(row.country)">{{ country(row.country) }}</bdi><template v-if="row.device"> · <bdi>{{ plain(row.device) }}</bdi></template></template></span>
            <time class="age" :title="exact(row.at)">{{ age(row.at) }}</time>
          </button>
        </li>
      </ol>
      <div v-else-if="nothingYet" class="empty onboarding">
        <h2>{{ t("Waiting for the first event") }}</h2>
        <p>{{ t("Put this line into the pages of a website:") }}</p>
        <pre tabindex="0" class="snippet" :aria-label="t('The line for a website')">{{ snippet }}</pre>
        <div class="actions">
          <button type="button" class="button" @click="copy(snippet)">{{ t("Copy") }}</button>
        </div>
        <p>{{ t("Or send an event from a terminal, or by this page:") }}</p>
        <pre tabindex="0" :aria-label="t('The first event by curl')">{{ curl }}</pre>
        <div class="actions">
          <button type="button" class="button" @click="copy(curl)">{{ t("Copy") }}</button>
          <button type="button" class="button main" @click="sendTest">{{ t("Send a test event") }}</button>
        </div>
        <p role="status">{{ said }}</p>
      </div>
      <p v-else class="empty">{{ rows.length ? t("All events here are hidden.") : t("No event matches yet.") }}</p>
    </section>`,
  data() {
    return {
      ...{ rows: [], fresh: new Set(), heldCount: 0, isMore: false, many: false, nothingYet: false, said: "", now: 0 },
      ...{ kinds: KINDS, hidden: visitors.settings.kept(HIDDEN, [], Array.isArray) },
    };
  },
  created() {
    this.waiting = [];
    this.latest = []; // as they were sent, without groups
    this.arrivals = []; // when how many rows came, in the last seconds
    this.groupUntil = 0;
    this.show(this.initial);
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
    this.forgetKeys = visitors.offer({ id: "pause", title: visitors.t("Pause the feed, or go on"), run: this.pause });
  },
  unmounted() {
    this.stop();
    this.forgetKeys();
  },
  computed: {
    news() {
      return visitors.t("{n} new", { n: `${visitors.count(this.heldCount)}${this.isMore ? "+" : ""}` });
    },
    shown() {
      return this.hidden.length ? this.rows.filter((row) => !this.hidden.includes(row.type)) : this.rows;
    },
  },
  methods: {
    // All rows. In another scope they are other events: nothing is held then.
    show(content) {
      const rows = visitors.rows(content.rows);
      const isSame = content.scope === this.scope;
      this.scope = content.scope;
      this.nothingYet = content.nothing_yet;
      if (isSame && this.held && this.rows.length) return this.wait(rows);
      this.forget();
      this.rows = this.latest = rows;
      this.letGo();
    },
    // New rows.
    push(table) {
      const rows = visitors.rows(table);
      if (this.held && this.rows.length) this.wait(rows);
      else this.put(rows);
    },
    wait(rows) {
      const newest = (this.waiting[0] ?? this.rows[0]).n;
      const fresh = rows.filter((row) => row.n > newest);
      this.isMore ||= fresh.length === MOST_ROWS; // the server sends no more than that
      this.heldCount += fresh.length;
      this.waiting = [...fresh, ...this.waiting].slice(0, MOST_ROWS);
    },
    put(rows) {
      const rested = Date.now() - (this.putAt ?? 0) > REST_MS;
      this.putAt = Date.now();
      this.latest = [...rows, ...this.latest].slice(0, MOST_ROWS);
      if (this.isFast(rows.length)) return this.group(rows);
      this.groupUntil = 0;
      this.many = rows.length > MOST_MOVED && !this.isRowFocused();
      this.fresh = new Set(rested && !this.many ? rows.map((row) => row.n) : []);
      this.rows = [...rows, ...this.rows].slice(0, MOST_ROWS);
    },
    // Whether more rows come than can be read. What waited or came at once is no sign of that.
    isFast(number) {
      const now = Date.now();
      this.arrivals = [...this.arrivals, { at: now, number }].filter(({ at }) => now - at < RATE_S * 1000);
      const came = this.arrivals.reduce((sum, each) => sum + each.number, 0);
      return this.arrivals.length > 2 && came > GROUP_ABOVE * RATE_S;
    },
    // Rows that say the same become one, which counts on where it stands until its time is over.
    group(rows) {
      if (Date.now() > this.groupUntil) {
        this.groupUntil = Date.now() + GROUP_MS;
        this.oldest = rows.at(-1).n;
      }
      const isMore = rows.length === MOST_ROWS; // the server sends no more than that
      const shown = [...this.rows];
      for (const row of rows.toReversed()) {
        const place = shown.findIndex((each) => each.n >= this.oldest && isAlike(each, row));
        if (place < 0) shown.unshift(row);
        else shown[place] = joined(shown[place], row, isMore);
      }
      this.many = false;
      this.fresh = new Set();
      this.rows = shown.slice(0, MOST_ROWS);
    },
    release() {
      if (this.waiting.length) this.put(this.waiting);
      this.forget();
    },
    forget() {
      this.waiting = [];
      this.heldCount = 0;
      this.isMore = false;
    },
    // An event has a session, many alike have a page.
    choose(row) {
      if (!row.times) this.$emit("open", row.session);
      else if (row.page) visitors.filterBy("page", visitors.chosen().page === row.page ? "" : row.page);
    },
    toggle(kind) {
      const isHidden = this.hidden.includes(kind);
      this.hidden = isHidden ? this.hidden.filter((each) => each !== kind) : [...this.hidden, kind];
      localStorage.setItem(HIDDEN, JSON.stringify(this.hidden));
    },
    age(at) {
      return this.now, visitors.ago(at);
    },
    word(row) {
      const word = visitors.word(row.type);
      return row.name ? `${word} ${visitors.plain(row.name)}` : word;
    },
    who(row) {
      if (row.times) return inWords(row.countries);
      const country = visitors.country(row.country);
      return row.device ? `${country} · ${visitors.plain(row.device)}` : country;
    },
    async sendTest() {
      const event = {
        type: "pageview",
        page: "/hello",
        sessionId: `test-${Math.random().toString(36).slice(2, 8)}`,
        metadata: { device: innerWidth < 640 ? "mobile" : "desktop" },
      };
      const answer = await fetch("/api/events", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(event),
      }).catch(() => null);
      this.said = answer?.ok ? visitors.t("Sent.") : visitors.t("The server didn't take it.");
    },
    country: (name) => visitors.country(name),
    flag: (name) => visitors.flag(name),
    glyph: (type) => visitors.glyph(type),
    exact: (at) => visitors.exact(at),
    plain: (text) => visitors.plain(text),
    copy: (text) => visitors.copy(text),
  },
};

const isAlike = (one, other) => one.type === other.type && one.page === other.page && one.name === other.name;

// A group with one event more. It keeps its number, by which it keeps its element.
function joined(group, row, isMore) {
  const countries = { ...(group.countries ?? { [group.country]: 1 }) };
  countries[row.country] = (countries[row.country] ?? 0) + 1;
  const times = (group.times ?? 1) + 1;
  return Object.freeze({ ...group, at: row.at, times, countries, isMore: isMore || group.isMore });
}

// India 5, USA 4 and the number of others.
function inWords(countries) {
  const largest = Object.entries(countries).sort(([, one], [, other]) => other - one);
  const named = largest.slice(0, MOST_COUNTRIES).map(([name, number]) => `${visitors.country(name)} ${visitors.count(number)}`);
  const others = largest.length - named.length;
  return others ? visitors.t("{names}, {n} more", { names: named.join(", "), n: others }) : named.join(", ");
}
