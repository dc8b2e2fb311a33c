const MOST_ROWS = 50;
const MOST_ANIMATED = 5; // beyond, motion says nothing any more and costs the page its smoothness

export default {
  components: { PathText: visitors.Path },
  props: { initial: Object, curl: String },
  template: `
    <section class="panel feed" aria-labelledby="feed-title"
        @pointerenter="hold" @pointerleave="release">
      <header class="panel-head">
        <h2 id="feed-title">Live feed</h2>
        <button v-if="heldCount" type="button" class="quiet-button" @click="release">
          {{ heldCount }} new
        </button>
      </header>
      <ol v-if="rows.length" class="rows" tabindex="0" aria-label="Events, newest first">
        <li v-for="(row, place) in rows" :key="many ? place : row.n" class="feed-row" :class="{ fresh: row.fresh }">
          <span class="glyph" :class="row.type" aria-hidden="true">{{ glyph(row) }}</span>
          <span class="feed-what">
            <span class="word">{{ word(row) }}</span>
            <path-text v-if="row.page" :text="row.page" copy />
          </span>
          <span class="feed-who">{{ row.country }}<template v-if="row.device"> · {{ row.device }}</template></span>
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
    return { rows: [], held: [], heldCount: 0, many: false, holding: false, nothingYet: false, said: "", now: 0 };
  },
  created() {
    this.show(this.initial);
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
  },
  unmounted() {
    this.stop();
  },
  methods: {
    show(content) {
      this.rows = visitors.rows(content.rows);
      this.nothingYet = content.nothing_yet;
      this.held = [];
      this.heldCount = 0;
    },
    push(table) {
      const rows = visitors.rows(table);
      if (!this.holding || !this.rows.length) return this.put(rows);
      this.held = [...rows, ...this.held].slice(0, MOST_ROWS);
      this.heldCount += rows.length;
    },
    put(rows) {
      const fresh = rows.length <= MOST_ANIMATED;
      this.many = !fresh; // then the elements that are there are written anew, and none is made
      this.rows = [...rows.map((row) => ({ ...row, fresh })), ...this.rows].slice(0, MOST_ROWS);
    },
    hold(event) {
      this.holding = event.pointerType === "mouse";
    },
    release() {
      this.holding = false;
      if (this.held.length) this.put(this.held);
      this.held = [];
      this.heldCount = 0;
    },
    age(at) {
      return this.now, visitors.ago(at);
    },
    word(row) {
      const word = visitors.word(row.type);
      return row.name ? `${word} ${row.name}` : word;
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
    copy: (text) => visitors.copy(text),
  },
};
