const MOST_MOVED = 5;
const unpacked = (content) => ({ ...content, rows: visitors.rows(content.rows) });

export default {
  components: { PathText: visitors.Path },
  props: { initial: Object },
  emits: ["open"],
  template: `
    <section class="panel sessions" aria-labelledby="sessions-title"
        @pointerenter="hold" @pointerleave="release">
      <header class="panel-head">
        <h2 id="sessions-title">Active sessions</h2>
      </header>
      <ul v-if="content.rows.length" class="rows" tabindex="0" aria-label="Active sessions">
        <li v-for="(row, place) in content.rows" :key="many ? place : row.id">
          <button type="button" class="session-row" :class="{ idle: idle(row) }"
              @click="$emit('open', row.id)">
            <span class="session-who">
              <path-text :text="row.id" />
              <span class="quiet">{{ row.country }}<template v-if="idle(row)"> · idle</template></span>
            </span>
            <span class="session-where"><path-text :text="row.page" /></span>
            <span class="session-long">
              <span>{{ row.duration }}</span>
              <time class="quiet age" :title="exact(row.at)">{{ age(row.at) }}</time>
            </span>
          </button>
        </li>
        <li v-if="content.more" class="more">and {{ content.more.toLocaleString() }} more</li>
      </ul>
      <p v-else class="empty">{{ nothing }}</p>
    </section>`,
  data() {
    return { content: unpacked(this.initial), waiting: null, many: false, holding: false, now: 0 };
  },
  computed: {
    nothing() {
      if (this.content.counting) return "Counting…";
      return this.content.filter ? "No active session matches." : "Nobody is here right now.";
    },
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
  },
  unmounted() {
    this.stop();
  },
  methods: {
    // Under the pointer the rows keep their places unless the filter changes; their content is
    // updated.
    show(packed) {
      const content = unpacked(packed);
      const same = content.filter === this.content.filter && content.counting === this.content.counting;
      if (!this.holding || !same) {
        this.waiting = null;
        this.put(content);
        return;
      }
      this.waiting = content;
      const fresh = new Map(content.rows.map((row) => [row.id, row]));
      this.content.rows = this.content.rows.map((row) => fresh.get(row.id) || row);
    },
    // If nearly all rows are new, the existing elements are reused.
    put(content) {
      const shown = new Set(this.content.rows.map((row) => row.id));
      this.many = content.rows.filter((row) => !shown.has(row.id)).length > MOST_MOVED;
      this.content = content;
    },
    hold(event) {
      this.holding = event.pointerType === "mouse";
    },
    release() {
      this.holding = false;
      if (this.waiting) this.put(this.waiting);
      this.waiting = null;
    },
    idle(row) {
      return this.now, visitors.now() >= row.idle_at;
    },
    age(at) {
      return this.now, visitors.ago(at);
    },
    exact: (at) => visitors.exact(at),
  },
};
