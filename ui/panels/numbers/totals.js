const LISTS = [
  { key: "pages", title: "Pages", field: "page" },
  { key: "countries", title: "Countries", field: "country" },
  { key: "referrers", title: "Came from" },
  { key: "devices", title: "Devices" },
];
const names = (lists) => LISTS.flatMap(({ key }) => lists[key].map((row) => `${key} ${row.name}`));

export default {
  mixins: [visitors.Steady],
  components: { NameText: visitors.Path },
  props: { initial: Object },
  template: `
    <section class="panel totals" tabindex="-1" aria-labelledby="totals-title">
      <header class="panel-head">
        <h2 id="totals-title">Totals</h2>
        <span class="quiet">{{ content.of }}</span>
        <button v-if="news" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
      </header>
      <div class="rows" tabindex="0" role="group" aria-label="Top lists">
        <p v-if="!filled.length && !content.counting" class="empty">Nothing counted yet.</p>
        <div v-for="list in filled" :key="list.key" class="top">
          <h3>{{ list.title }}</h3>
          <ul>
            <li v-for="row in content.lists[list.key]" :key="row.name" class="bar"
                :style="{ '--share': row.share }">
              <button v-if="list.field && row.name !== '(other)'" type="button" class="bar-name" tabindex="-1"
                  :title="'Filter by ' + plain(row.name)" @click="choose(list.field, row.name)"><name-text :text="row.name" /></button>
              <span v-else class="bar-name"><name-text :text="row.name" /></span>
              <span class="bar-count">{{ row.count }}</span>
            </li>
          </ul>
        </div>
      </div>
    </section>`,
  data() {
    return { content: this.initial, waiting: null };
  },
  computed: {
    filled() {
      return LISTS.filter((list) => this.content.lists[list.key].length);
    },
    news() {
      if (!this.waiting) return "";
      const shown = names(this.content.lists);
      const next = names(this.waiting.lists);
      const known = new Set(shown);
      const fresh = next.filter((name) => !known.has(name)).length;
      if (fresh) return `${fresh} new`;
      return next.join() === shown.join() ? "" : "new order";
    },
  },
  methods: {
    // All lists. In another scope they count something else: nothing is held then.
    show(content) {
      const isSame = content.scope === this.scope;
      this.scope = content.scope;
      if (isSame) this.update(content);
      else this.change(content);
    },
    // A held row keeps its place; its number is updated while it is known.
    update(content) {
      if (!this.held || content.counting !== this.content.counting || !this.filled.length) return this.change(content);
      this.waiting = content;
      const lists = Object.fromEntries(LISTS.map(({ key }) => [key, this.merged(key)]));
      this.content = { ...this.content, lists };
    },
    merged(key) {
      const fresh = new Map(this.waiting.lists[key].map((row) => [row.name, row]));
      return this.content.lists[key].map((row) => fresh.get(row.name) ?? row);
    },
    change(content) {
      this.waiting = content;
      this.letGo();
      this.release();
    },
    release() {
      if (this.waiting) this.content = this.waiting;
      this.waiting = null;
    },
    choose(field, name) {
      window.dispatchEvent(new CustomEvent("visitors:filter", { detail: { field, name } }));
    },
    plain: (text) => visitors.plain(text),
  },
};
