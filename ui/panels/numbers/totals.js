const LISTS = [
  { key: "pages", title: "Pages", kind: "page" },
  { key: "countries", title: "Countries", kind: "country" },
  { key: "referrers", title: "Came from" },
  { key: "devices", title: "Devices" },
];

export default {
  components: { NameText: visitors.Path },
  props: { initial: Object },
  emits: ["choose"],
  template: `
    <section class="panel totals" aria-labelledby="totals-title">
      <header class="panel-head">
        <h2 id="totals-title">Totals</h2>
        <span class="quiet">{{ content.of }}</span>
      </header>
      <div class="rows" tabindex="0" role="group" aria-label="Top lists">
        <p v-if="!filled.length && !content.counting" class="empty">Nothing counted yet.</p>
        <div v-for="list in filled" :key="list.key" class="top">
          <h3>{{ list.title }}</h3>
          <ul>
            <li v-for="row in content.lists[list.key]" :key="row.name" class="bar"
                :style="{ '--share': row.share }">
              <button v-if="list.kind && row.name !== '(other)'" type="button" class="bar-name"
                  :title="'Filter by ' + row.name" @click="$emit('choose', { kind: list.kind, name: row.name })"><name-text :text="row.name" /></button>
              <span v-else class="bar-name"><name-text :text="row.name" /></span>
              <span class="bar-count">{{ row.count }}</span>
            </li>
          </ul>
        </div>
      </div>
    </section>`,
  data() {
    return { content: this.initial };
  },
  computed: {
    filled() {
      return LISTS.filter((list) => this.content.lists[list.key].length);
    },
  },
  methods: {
    show(content) {
      this.content = content;
    },
  },
};
