const { OTHER } = visitors;

export default {
  components: { NameText: visitors.Path },
  props: { initial: Object, lists: Array, places: Number, rotate: Number },
  template: `
    <div class="wall-lists">
      <section v-for="list in shown" :key="list.name" class="wall-list" :aria-label="t(list.title)">
        <h2>{{ t(list.title) }} <span class="quiet">{{ t(list.of) }}</span></h2>
        <ul v-if="list.rows.length" class="bars">
          <li v-for="row in list.rows" :key="row.name" class="bar" :style="{ '--share': row.share }">
            <span class="bar-name" :class="'as-' + list.kind" :data-flag="row.flag"><name-text :text="row.shown" /></span>
            <span class="bar-count">{{ row.count }}</span>
          </li>
        </ul>
        <p v-else class="empty">{{ t("Nothing counted yet.") }}</p>
      </section>
    </div>`,
  data() {
    return { content: this.initial, turn: 0 };
  },
  mounted() {
    if (this.rotate) this.stop = visitors.everySecond(this.tick);
  },
  unmounted() {
    this.stop?.();
  },
  computed: {
    shown() {
      const first = this.turn * this.places;
      const lists = this.lists.filter((each) => !each.is_optional || this.content[each.name]);
      return Array.from({ length: this.places }, (_, place) => {
        const list = lists[(first + place) % lists.length];
        const { of, rows } = this.content[list.name] ?? { of: "", rows: [] };
        const largest = Math.max(1, ...rows.filter(([name]) => name !== OTHER).map(([, count]) => count));
        const flag = (name) => (list.kind === "country" ? visitors.flag(name) : null);
        const row = ([name, count]) => ({
          ...{ name, shown: visitors.rowName(list.kind, name), flag: flag(name), count: visitors.count(count) },
          share: name === OTHER ? 0 : count / largest,
        });
        return { ...list, of, rows: rows.map(row) };
      });
    },
  },
  methods: {
    show(content) {
      this.content = content;
    },
    // By the server's clock, beginning with the first lists.
    tick() {
      const now = Math.floor(visitors.now() / this.rotate);
      this.begun ??= now;
      this.turn = now - this.begun;
    },
  },
};
