const { OTHER } = visitors;
const PERIODS = [
  { key: "now", title: visitors.tc("period", "Now") },
  { key: "today", title: visitors.t("Today") },
];
const IS_LETTER = /^[^\s/?,]$/u; // "/", "?" and "," are keys of the page
const FIND_AFTER_MS = 150; // that nothing was typed
const NOTHING = { of: "", names: 0, field: null, rows: [] };

export default {
  mixins: [visitors.Steady, visitors.Further],
  components: { NameText: visitors.Path },
  props: { initial: Object, panel: String, dimensions: Array },
  emits: ["find"],
  template: `
    <section class="panel list" :class="'list-' + panel" :data-panel="panel" tabindex="-1" :aria-label="t(dimension.title)" @keydown="typed">
      <header class="panel-head">
        <select v-if="isMany" class="order titles" :aria-label="t('List')" :value="dimension.name" @change="choose(visible.find((each) => each.name === $event.target.value))">
          <option v-for="each in visible" :key="each.name" :value="each.name">{{ t(each.title) }}</option>
        </select>
        <div v-else-if="visible.length > 1" class="switch titles" role="group" :aria-label="t('List')">
          <button v-for="each in visible" :key="each.name" type="button" :aria-pressed="each === dimension"
              @click="choose(each)">{{ t(each.title) }}</button>
        </div>
        <h2 v-else>{{ t(dimension.title) }}</h2>
        <span class="quiet of">{{ content.counting ? "" : t(ranking.of) }}</span>
        <button v-if="news" type="button" class="quiet-button" @click="letGo">{{ news }}</button>
        <button v-if="rows.length || searching" type="button" class="icon-button small" :aria-expanded="searching" :aria-label="t('Search {list}', { list: t(dimension.title) })"
            :title="t('Search {list}', { list: t(dimension.title) })" @click="toggleSearch">
          <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2L14 14" /></svg>
        </button>
        <div v-if="periods.length > 1" class="switch" role="group" :aria-label="t('Period')">
          <button v-for="each in periods" :key="each.key" type="button" :aria-pressed="each.key === period"
              @click="choosePeriod(each.key)">{{ each.title }}</button>
        </div>
      </header>
      <input v-if="searching" ref="search" v-model="typedText" type="text" class="list-search" autocomplete="off"
          spellcheck="false" :aria-label="t('Search {list}', { list: t(dimension.title) })" :placeholder="t('Type to search')" @keydown.esc.stop="endSearch"
          @keydown.down.prevent="enterRows" @keydown.enter="chooseOnly" />
      <ul v-if="found.length" class="rows bars" tabindex="0" :aria-label="t(dimension.title)"
          @scroll.passive="scrolled" @wheel.passive="scrolled" @keydown.end="askFurther">
        <li v-for="row in found" :key="row.name">
          <component :is="canFilter(row) ? 'button' : 'span'" class="bar" v-bind="attributes(row)" :style="{ '--share': row.share }"
              @click="filter(row)">
            <span class="bar-name" :class="'as-' + dimension.kind" :data-flag="flag(row)"><name-text :text="named(row)" /></span>
            <span v-if="engaged(row)" class="bar-change" :title="t('Read for {time} on average today', { time: engaged(row) })">{{ engaged(row) }}</span>
            <span v-if="row.change" class="bar-change">{{ changed(row) }}</span>
            <span class="bar-count">{{ count(row.count) }}</span>
          </component>
        </li>
      </ul>
      <p v-else class="empty">{{ nothing }}</p>
    </section>`,
  data() {
    return {
      content: this.initial, // as it was sent last
      rows: [], // as they are shown; held, they keep their places
      waiting: false,
      dimension: this.dimensions[0],
      wantedPeriod: localStorage.getItem(`period ${this.panel}`) ?? "now",
      searching: false,
      typedText: "",
      beyond: { text: "", rows: [] }, // of those that were sent
      chosen: visitors.chosen(),
    };
  },
  watch: {
    typedText() {
      clearTimeout(this.finding);
      const text = this.typedText.trim();
      const ask = () => this.$emit("find", { ...this.which(), text, codes: visitors.codesWith(text) });
      if (text && this.hasMore) this.finding = setTimeout(ask, FIND_AFTER_MS);
    },
  },
  created() {
    this.release();
  },
  mounted() {
    window.addEventListener("visitors:chosen", this.mark);
    this.forget = visitors.offer(
      { id: `list ${this.panel}`, title: visitors.t("Go to {panel}", { panel: visitors.t(this.dimension.title) }), run: this.focusRows },
      { id: `search ${this.panel}`, title: visitors.t("Search {list}", { list: visitors.t(this.dimension.title) }), run: this.search },
      { id: `names ${this.panel}`, list: this.commands },
    );
  },
  unmounted() {
    window.removeEventListener("visitors:chosen", this.mark);
    clearTimeout(this.finding);
    this.forget();
  },
  computed: {
    // An optional one without names isn't sent.
    visible() {
      return this.dimensions.filter((each) => !each.is_optional || Object.keys(this.content.lists[each.name]).length);
    },
    // Beside some of them there is no room for a tab each.
    isMany() {
      return this.visible.length > 2 && this.panel !== "pages";
    },
    periods() {
      const sent = this.content.lists[this.dimension.name];
      return PERIODS.filter(({ key }) => sent[key]);
    },
    period() {
      const isSent = this.periods.some(({ key }) => key === this.wantedPeriod);
      return isSent ? this.wantedPeriod : this.periods[0]?.key;
    },
    ranking() {
      return this.content.lists[this.dimension.name][this.period] ?? NOTHING;
    },
    found() {
      const text = this.typedText.trim();
      const looked = visitors.folded(text);
      if (!looked) return this.all;
      const fits = (row) => visitors.folded(`${row.name} ${this.named(row)}`).includes(looked);
      const sent = this.all.filter(fits);
      if (this.beyond.text !== text) return sent;
      const known = new Set(sent.map(({ name }) => name));
      return [...sent, ...this.beyond.rows.filter(({ name }) => !known.has(name))];
    },
    // Whether there are more names than those that were sent.
    hasMore() {
      return this.ranking.rows.some(([name]) => name === OTHER);
    },
    nothing() {
      if (this.content.counting) return visitors.t("Counting…");
      return this.rows.length ? visitors.t("Nothing with “{text}” here.", { text: this.typedText }) : visitors.t("Nothing counted yet.");
    },
    news() {
      if (!this.waiting) return "";
      const shown = this.rows.map(({ name }) => name);
      const next = this.ranking.rows.map(([name]) => name);
      const known = new Set(shown);
      const fresh = next.filter((name) => !known.has(name)).length;
      if (fresh) return visitors.t("{n} new", { n: fresh });
      return next.every((name, place) => name === shown[place]) ? "" : visitors.t("new order");
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
      if (!this.held || content.counting !== this.content.counting || !this.rows.length) return this.change(content);
      this.content = content;
      this.isOld = true;
      const fresh = new Map(this.fresh().map((row) => [row.name, row]));
      this.rows = this.rows.map((row) => fresh.get(row.name) ?? row);
      this.waiting = true;
    },
    change(content) {
      this.content = content;
      if (!this.visible.includes(this.dimension)) this.dimension = this.dimensions[0];
      this.letGo();
      this.release();
    },
    release() {
      this.rows = this.fresh();
      this.waiting = false;
      this.forgetFurther();
    },
    fresh() {
      const { rows } = this.ranking;
      const largest = Math.max(1, ...rows.filter(([name]) => name !== OTHER).map(([, count]) => count));
      const share = (name, count) => (name === OTHER ? 0 : count / largest);
      return rows.map(([name, count, change]) => Object.freeze({ name, count, change, share: share(name, count) }));
    },
    choose(dimension) {
      this.dimension = dimension;
      this.typedText = "";
      this.release();
    },
    choosePeriod(period) {
      this.wantedPeriod = period;
      localStorage.setItem(`period ${this.panel}`, period);
      this.release();
    },
    // One for each name that can be chosen.
    commands() {
      const title = (row) => `${visitors.t(this.dimension.title)}: ${this.named(row)}`;
      return this.rows.filter(this.canFilter).map((row) => ({ title: title(row), also: row.name, run: () => this.filter(row) }));
    },
    mark() {
      this.chosen = visitors.chosen();
    },
    canFilter(row) {
      return Boolean(this.ranking.field) && row.name !== OTHER && row.name !== "";
    },
    isChosen(row) {
      return this.chosen[this.ranking.field] === row.name;
    },
    attributes(row) {
      if (!this.canFilter(row)) return {};
      const does = this.isChosen(row) ? visitors.t("Take off the filter") : visitors.t("Filter by {name}", { name: this.named(row) });
      return { type: "button", tabindex: -1, "aria-pressed": this.isChosen(row), title: does };
    },
    // A second click takes the filter off.
    filter(row) {
      if (!this.canFilter(row)) return;
      visitors.filterBy(this.ranking.field, this.isChosen(row) ? "" : row.name);
    },
    // A letter that is typed while the focus is in the list searches in it.
    typed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest(".rows")) return;
      if (!IS_LETTER.test(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.search();
      this.typedText += event.key;
    },
    async search() {
      visitors.reveal(this.$el);
      this.searching = true;
      await this.$nextTick();
      this.$refs.search.focus();
    },
    // The names beyond those that were sent which have the text in them.
    further({ text, rows, ...which }) {
      if (this.isAbout(which)) this.beyond = { text, rows: rows.map(this.row) };
    },
    toggleSearch() {
      if (this.searching) this.endSearch();
      else this.search();
    },
    endSearch() {
      this.searching = false;
      this.typedText = "";
      this.$nextTick(this.focusRows);
    },
    enterRows() {
      (this.$el.querySelector(".rows button") ?? this.$el.querySelector(".rows"))?.focus();
    },
    focusRows() {
      visitors.reveal(this.$el);
      (this.$el.querySelector(".rows") ?? this.$el).focus();
    },
    chooseOnly() {
      if (this.found.length) this.filter(this.found[0]);
    },
    named(row) {
      return visitors.rowName(this.dimension.kind, row.name);
    },
    flag(row) {
      return this.dimension.kind === "country" ? visitors.flag(row.name) : null;
    },
    engaged(row) {
      const seconds = this.ranking.engaged?.[row.name];
      return seconds ? visitors.duration(seconds) : "";
    },
    changed(row) {
      return `${row.change > 0 ? "▲" : "▼"} ${visitors.count(Math.abs(row.change))}`;
    },
    count: (number) => visitors.count(number),
  },
};
