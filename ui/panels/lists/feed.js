const MOST_ROWS = 50;
const MOST_MOVED = 5; // beyond, the elements that are there are written anew, and none is made
const REST_MS = 1000; // motion says "new" only after a pause, and costs the page its smoothness

export default {
  mixins: [visitors.Steady],
  components: { PathText: visitors.Path },
  props: { initial: Object, curl: String },
  template: `
    <section class="panel feed" tabindex="-1" aria-labelledby="feed-title">
      <header class="panel-head">
        <h2 id="feed-title">Live feed</h2>
        <button v-if="heldCount" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
      </header>
      <ol v-if="rows.length" class="rows" tabindex="0" aria-label="Events, newest first">
        <li v-for="(row, place) in rows" :key="many ? place : row.n" class="feed-row" :class="{ fresh: fresh.has(row.n) }">
          <span class="glyph" :class="row.type" aria-hidden="true">{{ glyph(row) }}</span>
          <span class="feed-what">
            <span class="word" :title="word(row)">{{ word(row) }}</span>
            <path-text v-if="row.page" :text="row.page" copy skip />
          </span>
          <span class="feed-who" :title="who(row)"><bdi>{{ plain(row.country) }}</bdi><template v-if="row.device"> · <bdi>{{ plain(row.device) }}</bdi></template></span>
          <time class="age" :title="exact(row.at)">{{ age(row.at) }}</time>
        </li>
      </ol>
      <div v-else-if="nothingYet" class="empty onboarding">
        <h3>Waiting for the first event</h3>
        <p>Send one from a terminal, or let this page do it:</p>
        <pre tabindex="0" aria-label="The first event by curl">{{ curl }}</pre>
        <div class="actions">
          <button type="button" class="button" @click="copy(curl)">Copy</button>
          <button type="button" class="button main" @click="sendTest">Send a test event</button>
        </div>
        <p role="status">{{ said }}</p>
      </div>
      <p v-else class="empty">No event matches yet.</p>
    </section>`,
  data() {
    return { rows: [], fresh: new Set(), heldCount: 0, isMore: false, many: false, nothingYet: false, said: "", now: 0 };
  },
  created() {
    this.waiting = [];
    this.show(this.initial);
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
  },
  unmounted() {
    this.stop();
  },
  computed: {
    news() {
      return `${visitors.count(this.heldCount)}${this.isMore ? "+" : ""} new`;
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
      this.rows = rows;
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
      this.many = rows.length > MOST_MOVED && !this.isRowFocused();
      this.fresh = new Set(rested && !this.many ? rows.map((row) => row.n) : []);
      this.rows = [...rows, ...this.rows].slice(0, MOST_ROWS);
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
    age(at) {
      return this.now, visitors.ago(at);
    },
    word(row) {
      const word = visitors.word(row.type);
      return row.name ? `${word} ${visitors.plain(row.name)}` : word;
    },
    who(row) {
      return visitors.plain(row.device ? `${row.country} · ${row.device}` : row.country);
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
      this.said = answer?.ok ? "Sent." : "The server didn't take it.";
    },
    glyph: (row) => visitors.glyph(row.type),
    exact: (at) => visitors.exact(at),
    plain: (text) => visitors.plain(text),
    copy: (text) => visitors.copy(text),
  },
};
