const TABS = [
  { key: "feed", title: "Feed" },
  { key: "sessions", title: "Sessions" },
  { key: "totals", title: "Totals" },
];

export default {
  template: `
    <nav class="tabs" aria-label="Panels">
      <button v-for="tab in tabs" :key="tab.key" type="button" class="tab"
          :aria-pressed="chosen === tab.key" @click="choose(tab.key)">{{ tab.title }}</button>
    </nav>`,
  data() {
    return { tabs: TABS, chosen: "feed" };
  },
  mounted() {
    this.choose(this.chosen);
  },
  methods: {
    choose(key) {
      this.chosen = key;
      document.documentElement.dataset.tab = key;
    },
  },
};
