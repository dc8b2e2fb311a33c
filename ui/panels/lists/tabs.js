const TABS = [
  { key: "now", title: "Now" },
  { key: "people", title: "People" },
  { key: "feed", title: "Feed" },
];
const PHONE = matchMedia("(max-width: 640px)");

export default {
  template: `
    <nav class="tabs" aria-label="Panels">
      <button v-for="tab in tabs" :key="tab.key" type="button" class="tab" :class="'tab-' + tab.key"
          :aria-pressed="shown === tab.key" @click="choose(tab.key)">{{ tab.title }}</button>
    </nav>`,
  data() {
    return { tabs: TABS, chosen: "now", isPhone: PHONE.matches };
  },
  created() {
    this.choose(this.chosen);
  },
  mounted() {
    PHONE.addEventListener("change", this.resized);
    window.addEventListener("visitors:reveal", this.reveal);
    this.forget = visitors.offer(
      { id: "list people", title: "Go to people", run: () => this.focus(".sessions") },
      { id: "list feed", title: "Go to the feed", run: () => this.focus(".feed") },
    );
  },
  unmounted() {
    PHONE.removeEventListener("change", this.resized);
    window.removeEventListener("visitors:reveal", this.reveal);
    this.forget();
  },
  computed: {
    // The lists of now are always there on a wider screen, beside the people.
    shown() {
      return this.chosen === "now" && !this.isPhone ? "people" : this.chosen;
    },
  },
  methods: {
    choose(key) {
      this.chosen = key;
      document.documentElement.dataset.tab = key;
    },
    resized({ matches }) {
      this.isPhone = matches;
    },
    reveal({ detail: panel }) {
      if (panel.checkVisibility()) return;
      if (panel.matches(".feed")) this.choose("feed");
      else this.choose(panel.matches(".sessions") ? "people" : "now");
    },
    focus(panel) {
      const element = document.querySelector(panel);
      visitors.reveal(element);
      (element.querySelector(".rows") ?? element).focus();
    },
  },
};
