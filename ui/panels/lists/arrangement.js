// How many panels stand open beside the one that is chosen by a tab, on a screen from so many pixels on.
const SCREENS = [
  { query: "(min-width: 2400px)", open: 2 },
  { query: "(min-width: 1900px)", open: 1 },
  { query: "(min-width: 1181px)", open: 0 },
  { query: "(min-width: 641px)", open: 2, isStacked: true }, // below each other
].map(({ query, ...screen }) => ({ ...screen, media: matchMedia(query) }));
const PHONE = { open: 0, isPhone: true };
const GO_TO = {
  people: visitors.t("Go to people"),
  feed: visitors.t("Go to the feed"),
  map: visitors.t("Go to the map"),
  flow: visitors.t("Go to the flow"),
  funnel: visitors.t("Go to the funnel"),
};
const NOW = "now"; // on a phone: the tab of the lists

export default {
  template: `
    <div class="details">
      <div v-if="lists.length" v-show="!screen.isPhone || shown === 'now'" class="lists" :class="{ alone: lists.length === 1 }"
          :style="{ '--below': lists.length - 1 }">
        <template v-for="{ key } in lists" :key="key"><slot :name="key"></slot></template>
      </div>
      <div v-if="panels.length" class="stack people" :style="{ '--columns': columns }">
        <nav v-if="tabs.length > 1" class="tabs" :aria-label="t('Panels')" :style="{ '--tabs': tabs.length, gridColumn: columns }">
          <button v-for="tab in tabs" :key="tab.key" type="button" class="tab" :class="'tab-' + tab.key"
              :aria-pressed="shown === tab.key" @click="choose(tab.key)">{{ tab.title }}</button>
        </nav>
        <div v-for="(panel, place) in panels" v-show="isVisible(panel.key)" :key="panel.key" class="place" :data-key="panel.key"
            :class="{ turns: tabs.length > 1 && place >= open }" :style="{ gridColumn: Math.min(place + 1, columns) }">
          <slot :name="panel.key"></slot>
        </div>
      </div>
    </div>`,
  data() {
    return { chosen: NOW, all: this.there(), screen: fitting() };
  },
  created() {
    this.mark();
  },
  mounted() {
    for (const { media } of SCREENS) media.addEventListener("change", this.resized);
    window.addEventListener("visitors:settings", this.arrange);
    window.addEventListener("visitors:reveal", this.reveal);
    this.forget = visitors.offer({ id: "panels", list: this.commands });
  },
  unmounted() {
    for (const { media } of SCREENS) media.removeEventListener("change", this.resized);
    window.removeEventListener("visitors:settings", this.arrange);
    window.removeEventListener("visitors:reveal", this.reveal);
    this.forget();
  },
  computed: {
    lists() {
      return this.all.filter(({ isList }) => isList);
    },
    panels() {
      return this.all.filter(({ isList }) => !isList);
    },
    // How many stand open. Without lists there is room for one more; a single one needs no tab.
    open() {
      const room = this.screen.open + (this.lists.length || this.screen.isPhone ? 0 : 1);
      return !this.screen.isPhone && this.panels.length <= room + 1 ? this.panels.length : room;
    },
    columns() {
      return Math.min(this.open + 1, this.panels.length);
    },
    tabs() {
      const turns = this.panels.slice(this.open);
      return this.screen.isPhone ? [{ key: NOW, title: visitors.tc("tab", "Now") }, ...turns] : turns;
    },
    shown() {
      return (this.tabs.find(({ key }) => key === this.chosen) ?? this.tabs[0])?.key;
    },
  },
  watch: {
    shown: "mark",
  },
  methods: {
    // Those that the viewer wants to see, of those that this page has.
    there() {
      return visitors.settings.panels().filter(({ key, isShown }) => isShown && this.$slots[key]);
    },
    // What is hidden isn't there at all. What is there again lacks what came meanwhile.
    async arrange() {
      const before = new Set(this.all.map(({ key }) => key));
      this.all = this.there();
      await this.$nextTick();
      if (this.all.some(({ key }) => !before.has(key))) window.dispatchEvent(new CustomEvent("visitors:behind"));
    },
    isVisible(key) {
      return key === this.shown || this.panels.slice(0, this.open).some((panel) => panel.key === key);
    },
    choose(key) {
      this.chosen = key;
    },
    mark() {
      document.documentElement.dataset.tab = this.screen.isPhone ? this.shown : NOW;
    },
    resized() {
      this.screen = fitting();
      this.mark();
    },
    reveal({ detail: panel }) {
      if (!panel.checkVisibility()) this.choose(panel.closest(".place")?.dataset.key ?? NOW);
    },
    commands() {
      return this.panels.map(({ key }) => ({ title: GO_TO[key], run: () => this.focus(key) }));
    },
    async focus(key) {
      const panel = this.$el.querySelector(`.place[data-key="${key}"] > .panel`);
      visitors.reveal(panel);
      await this.$nextTick();
      (panel.querySelector(".rows") ?? panel).focus();
    },
  },
};

const fitting = () => SCREENS.find(({ media }) => media.matches) ?? PHONE;
