const MOST_MOVED = 5;
const FIND_AFTER_MS = 150; // that nothing was typed
const AGAIN_MS = 2000; // between two questions for the same
const DEPTH = "depth"; // what holds a list that was scrolled beyond its first rows
const ORDERS = [
  { key: "seen", title: visitors.t("Last seen") },
  { key: "here", title: visitors.t("Here longest") },
  { key: "pages", title: visitors.t("Most pages") },
];
const unpacked = (content) => ({ ...content, rows: visitors.rows(content.rows) });

export default {
  mixins: [visitors.Steady],
  components: { PathText: visitors.Path },
  props: { initial: Object },
  emits: ["open", "find"],
  template: `
    <section class="panel sessions" tabindex="-1" aria-labelledby="sessions-title" data-panel="people">
      <header class="panel-head">
        <h2 id="sessions-title">{{ t("People") }}</h2>
        <span v-if="text && total !== null" class="quiet of" role="status">{{ t("{n} found", { n: total }) }}</span>
        <button v-if="news" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
        <button type="button" class="icon-button small" :aria-expanded="searching" :aria-label="t('Search people')" :title="t('Search people ( / )')"
            @click="toggleSearch">
          <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2L14 14" /></svg>
        </button>
        <select v-model="order" class="order" :aria-label="t('Order of the people')" @change="reorder">
          <option v-for="each in orders" :key="each.key" :value="each.key">{{ each.title }}</option>
        </select>
      </header>
      <input v-if="searching" ref="search" v-model="text" type="text" class="list-search" autocomplete="off" spellcheck="false"
          :aria-label="t('Search people')" :placeholder="t('Id, page, country or source')" maxlength="256" @keydown.esc.stop="endSearch"
          @keydown.down.prevent="enterRows" />
      <ul v-if="content.rows.length" ref="rows" class="rows" tabindex="0" :aria-label="t('Active sessions')" @scroll.passive="scrolled">
        <li v-for="(row, place) in shown" :key="many ? place : row.id">
          <button type="button" class="session-row" :class="{ idle: idle(row), left: row.left }" tabindex="-1"
              :data-id="row.id" @click="$emit('open', row.id)">
            <span class="session-where"><path-text :text="row.page || t('no page')" /></span>
            <span class="session-long">{{ long(row) }}</span>
            <span class="session-who">
              <span class="facts-of"><bdi :data-flag="flag(row.country)">{{ country(row.country) }}</bdi><template v-if="row.device"> · <bdi>{{ plain(row.device) }}</bdi></template><template v-if="row.referrer"> · {{ tc("source", "from") }} <bdi>{{ plain(row.referrer) }}</bdi></template><template v-if="row.pages > 1"> · {{ t("{n} pages", { n: row.pages }) }}</template><template v-if="idle(row)"> · {{ tc("session", "idle") }}</template></span>
              <path-text :text="row.id" />
            </span>
            <time class="quiet age" :title="exact(row.at)">{{ row.left ? tc("session", "left") : age(row.at) }}</time>
          </button>
        </li>
        <li v-if="remaining" class="more">{{ t("and {n} more", { n: remaining }) }}</li>
      </ul>
      <p v-else class="empty">{{ nothing }}</p>
    </section>`,
  data() {
    return {
      ...{ content: unpacked(this.initial), live: unpacked(this.initial), waiting: null, many: false, now: 0 },
      ...{ orders: ORDERS, order: "seen", text: "", searching: false, total: null, further: [], cursor: null },
    };
  },
  computed: {
    // The rows of a view, or those that the server found.
    isLive() {
      return this.order === "seen" && !this.text.trim();
    },
    shown() {
      if (!this.further.length) return this.content.rows;
      const known = new Set(this.content.rows.map((row) => row.id));
      return [...this.content.rows, ...this.further.filter((row) => !known.has(row.id))];
    },
    remaining() {
      return Math.max(0, (this.content.more || 0) - (this.shown.length - this.content.rows.length));
    },
    nothing() {
      if (this.content.counting) return visitors.t("Counting…");
      if (this.text.trim()) return visitors.t("Nobody here with “{text}”.", { text: this.text.trim() });
      return this.content.filtered ? visitors.t("No active session matches.") : visitors.t("Nobody is here right now.");
    },
    news() {
      if (!this.waiting) return "";
      const shown = this.content.rows.map((row) => row.id);
      const next = this.waiting.rows.map((row) => row.id);
      const known = new Set(this.shown.map((row) => row.id));
      const fresh = next.filter((id) => !known.has(id)).length;
      if (fresh) return visitors.t("{n} new", { n: fresh });
      return next.every((id, place) => id === shown[place]) ? "" : visitors.t("new order");
    },
  },
  watch: {
    text() {
      clearTimeout(this.finding);
      this.finding = setTimeout(this.reorder, FIND_AFTER_MS);
    },
  },
  mounted() {
    this.stop = visitors.everySecond(this.tick);
    this.forget = visitors.offer({ id: "search people", title: visitors.t("Search people"), run: this.search });
  },
  unmounted() {
    this.stop();
    this.forget();
    clearTimeout(this.finding);
  },
  methods: {
    // All rows. In another scope they are other sessions: nothing is held then.
    show(packed) {
      const isSame = packed.scope === this.scope;
      this.scope = packed.scope;
      this.live = unpacked(packed);
      if (!this.isLive) this.ask();
      else if (isSame) this.update(packed);
      else this.change(this.live);
    },
    // A held row keeps its place, and its content is updated; it says it when the session has ended.
    update(packed) {
      const content = unpacked(packed);
      this.live = content;
      this.isOld = true;
      if (this.isLive) this.take(content);
    },
    take(content) {
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
      if (this.further.length) this.$refs.rows?.scrollTo(0, 0);
      this.further = [];
      this.cursor = content.cursor;
      this.content = content;
    },
    // Another order, or another text: the first rows of it.
    reorder() {
      this.letGo();
      if (this.isLive) this.change(this.live);
      else this.ask();
    },
    ask(after = null) {
      this.askedAt = Date.now();
      this.isOld = false;
      const text = this.text.trim();
      this.$emit("find", { order: this.order, text, codes: visitors.codesWith(text), after });
    },
    // The first rows of what is looked for, or those after a cursor.
    found({ order, text, after, rows, total, cursor }) {
      if (order !== this.order || text !== this.text.trim()) return;
      const found = visitors.rows(rows);
      this.asking = false;
      if (after) {
        this.further = [...this.further, ...found];
        this.cursor = cursor;
        return;
      }
      if (this.isLive) return;
      this.total = total;
      const more = Math.max(0, (total ?? 0) - found.length);
      this.change({ ...this.live, rows: found, more, cursor, counting: total === null });
    },
    // Rows of an order or a search are asked for again, unless somebody is reading them.
    tick() {
      this.now = visitors.now();
      const isTime = this.isOld && Date.now() - this.askedAt > AGAIN_MS;
      if (!this.isLive && isTime && !this.held && !document.hidden) this.ask();
    },
    // Near the end of the rows the next ones are asked for. Scrolled down, the list holds still.
    scrolled({ target }) {
      const isDeep = target.scrollTop > target.clientHeight;
      if (isDeep) this.grab(DEPTH);
      else this.drop(DEPTH);
      const isNear = target.scrollTop + 2 * target.clientHeight > target.scrollHeight;
      if (!isNear || this.asking || !this.remaining || !this.cursor) return;
      this.asking = true;
      this.ask(this.cursor);
    },
    async search() {
      visitors.reveal(this.$el);
      this.searching = true;
      await this.$nextTick();
      this.$refs.search.focus();
    },
    toggleSearch() {
      if (this.searching) this.endSearch();
      else this.search();
    },
    endSearch() {
      this.searching = false;
      this.text = "";
    },
    enterRows() {
      this.$el.querySelector(".session-row")?.focus();
    },
    idle(row) {
      return this.now, !row.left && visitors.known() >= row.idle_at;
    },
    // A visit of one moment has no duration of its own: it is as long as it is here.
    long(row) {
      return this.now, visitors.duration(row.duration || visitors.known() - row.at);
    },
    age(at) {
      return this.now, visitors.ago(at);
    },
    exact: (at) => visitors.exact(at),
    plain: (text) => visitors.plain(text),
    country: (name) => visitors.country(name),
    flag: (name) => visitors.flag(name),
  },
};

// Whether a session that isn't among the latest ones has ended. It has if these are all there are, or
// if one with older activity is among them; otherwise others may just have overtaken it.
function hasLeft(row, { rows, more }) {
  return row.left || !more || row.at > rows.at(-1).at;
}
