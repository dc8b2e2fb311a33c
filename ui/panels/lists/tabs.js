const TABS = [
  { key: "now", title: visitors.tc("tab", "Now") },
  { key: "people", title: visitors.t("People") },
  // Translators: one of six tabs on a phone, as short as it can be
  { key: "feed", title: visitors.t("Feed") },
  { key: "map", title: visitors.t("Map") },
  { key: "flow", title: visitors.t("Flow") },
  { key: "funnel", title: visitors.t("Funnel") },
];
const PLOTS = ["map", "flow", "funnel"];
// What takes turns on a screen from so many pixels on (layout.css); the first of it where nothing of it
// was chosen. All else is always there.
const SCREENS = [
  { query: "(min-width: 1900px)", keys: ["feed", ...PLOTS] },
  { query: "(min-width: 1181px)", keys: ["people", "feed", ...PLOTS] },
  { query: "(min-width: 641px)", keys: PLOTS },
].map(({ query, keys }) => ({ media: matchMedia(query), keys }));
const PHONE = TABS.map(({ key }) => key);

export default {
  props: { plots: Array },
  template: `
    <nav class="tabs" :aria-label="t('Panels')" :style="{ '--tabs': tabs.length }">
      <button v-for="tab in tabs" :key="tab.key" type="button" class="tab" :class="'tab-' + tab.key"
          :aria-pressed="shown === tab.key" @click="choose(tab.key)">{{ tab.title }}</button>
    </nav>`,
  data() {
    return { chosen: "now", keys: fitting() };
  },
  created() {
    this.choose(this.chosen);
  },
  mounted() {
    for (const { media } of SCREENS) media.addEventListener("change", this.resized);
    window.addEventListener("visitors:reveal", this.reveal);
    const plots = TABS.filter(({ key }) => this.plots.includes(key));
    this.forget = visitors.offer(
      { id: "list people", title: visitors.t("Go to people"), run: () => this.focus(".sessions") },
      { id: "list feed", title: visitors.t("Go to the feed"), run: () => this.focus(".feed") },
      ...plots.map(({ key, title }) => ({ id: `plot ${key}`, title: visitors.t("Go to {panel}", { panel: title }), run: () => this.focus(`.plot-${key}`) })),
    );
  },
  unmounted() {
    for (const { media } of SCREENS) media.removeEventListener("change", this.resized);
    window.removeEventListener("visitors:reveal", this.reveal);
    this.forget();
  },
  computed: {
    tabs() {
      const isThere = (key) => !PLOTS.includes(key) || this.plots.includes(key);
      return TABS.filter(({ key }) => this.keys.includes(key) && isThere(key));
    },
    shown() {
      return this.keys.includes(this.chosen) ? this.chosen : this.keys[0];
    },
  },
  watch: {
    shown: "mark",
  },
  methods: {
    choose(key) {
      this.chosen = key;
      this.mark();
    },
    mark() {
      document.documentElement.dataset.tab = this.chosen;
      document.documentElement.dataset.shown = this.shown;
    },
    resized() {
      this.keys = fitting();
    },
    reveal({ detail: panel }) {
      if (panel.checkVisibility()) return;
      const keys = { feed: ".feed", people: ".sessions", map: ".plot-map", flow: ".plot-flow", funnel: ".plot-funnel" };
      this.choose(Object.keys(keys).find((key) => panel.matches(keys[key])) ?? "now");
    },
    focus(panel) {
      const element = document.querySelector(panel);
      visitors.reveal(element);
      this.$nextTick(() => (element.querySelector(".rows") ?? element).focus());
    },
  },
};

const fitting = () => SCREENS.find(({ media }) => media.matches)?.keys ?? PHONE;
