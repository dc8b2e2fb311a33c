const MOST_MOVED = 5;
const unpacked = (content) => ({ ...content, rows: visitors.rows(content.rows) });

export default {
  mixins: [visitors.Steady],
  components: { PathText: visitors.Path },
  props: { initial: Object },
  emits: ["open"],
  template: `
    <section class="panel sessions" tabindex="-1" aria-labelledby="sessions-title">
      <header class="panel-head">
        <h2 id="sessions-title">People</h2>
        <button v-if="news" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
      </header>
      <ul v-if="content.rows.length" class="rows" tabindex="0" aria-label="Active sessions">
        <li v-for="(row, place) in content.rows" :key="many ? place : row.id">
          <button type="button" class="session-row" :class="{ idle: idle(row), left: row.left }" tabindex="-1"
              :data-id="row.id" @click="$emit('open', row.id)">
            <span class="session-where"><path-text :text="row.page || 'no page'" /></span>
            <span class="session-long">{{ long(row) }}</span>
            <span class="session-who">
              <span class="facts-of"><bdi>{{ plain(row.country) }}</bdi><template v-if="row.device"> · <bdi>{{ plain(row.device) }}</bdi></template><template v-if="row.referrer"> · from <bdi>{{ plain(row.referrer) }}</bdi></template><template v-if="idle(row)"> · idle</template></span>
              <path-text :text="row.id" />
            </span>
            <time class="quiet age" :title="exact(row.at)">{{ row.left ? "left" : age(row.at) }}</time>
          </button>
        </li>
        <li v-if="content.more" class="more">and {{ count(content.more) }} more</li>
      </ul>
      <p v-else class="empty">{{ nothing }}</p>
    </section>`,
  data() {
    return { content: unpacked(this.initial), waiting: null, many: false, now: 0 };
  },
  computed: {
    nothing() {
      if (this.content.counting) return "Counting…";
      return this.content.filtered ? "No active session matches." : "Nobody is here right now.";
    },
    news() {
      if (!this.waiting) return "";
      const shown = this.content.rows.map((row) => row.id);
      const next = this.waiting.rows.map((row) => row.id);
      const known = new Set(shown);
      const fresh = next.filter((id) => !known.has(id)).length;
      if (fresh) return `${fresh} new`;
      return next.every((id, place) => id === shown[place]) ? "" : "new order";
    },
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
  },
  unmounted() {
    this.stop();
  },
  methods: {
    // All rows. In another scope they are other sessions: nothing is held then.
    show(packed) {
      const isSame = packed.scope === this.scope;
      this.scope = packed.scope;
      if (isSame) this.update(packed);
      else this.change(unpacked(packed));
    },
    // A held row keeps its place, and its content is updated; it says it when the session has ended.
    update(packed) {
      const content = unpacked(packed);
      if (!this.held || content.counting !== this.content.counting) return this.change(content);
      const fresh = new Map(content.rows.map((row) => [row.id, row]));
      const rows = this.content.rows.map((row) => fresh.get(row.id) ?? { ...row, left: hasLeft(row, content) });
      if (rows.every((row) => row.left)) return this.change(content);
      this.content.rows = rows;
      this.waiting = content;
    },
    change(content) {
      this.waiting = content;
      this.letGo();
      this.release();
    },
    release() {
      if (this.waiting) this.put(this.waiting);
      this.waiting = null;
    },
    // If nearly all rows are new, the existing elements are reused.
    put(content) {
      const shown = new Set(this.content.rows.map((row) => row.id));
      const moved = content.rows.filter((row) => !shown.has(row.id)).length;
      this.many = moved > MOST_MOVED && !this.isRowFocused();
      this.content = content;
    },
    idle(row) {
      return this.now, !row.left && visitors.known() >= row.idle_at;
    },
    // A visit of one moment has no duration of its own: it is as long as it is here.
    long(row) {
      return this.now, row.duration || visitors.duration(visitors.known() - row.at);
    },
    age(at) {
      return this.now, visitors.ago(at);
    },
    exact: (at) => visitors.exact(at),
    plain: (text) => visitors.plain(text),
    count: (number) => visitors.count(number),
  },
};

// Whether a session that isn't among the latest ones has ended. It has if these are all there are, or
// if one with older activity is among them; otherwise others may just have overtaken it.
function hasLeft(row, { rows, more }) {
  return row.left || !more || row.at > rows.at(-1).at;
}
