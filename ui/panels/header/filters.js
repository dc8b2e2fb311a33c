const FIND_AFTER_MS = 80; // that nothing was typed
const MOST_SUGGESTED = 3;
const VIEWS = "views"; // by name, in this browser
const KINDS = { true: "returning", false: "new" }; // of visitors: as the address says it, and the lists
const inAddress = { returning: "true", new: "false" };

export default {
  components: { PathText: visitors.Path },
  props: { initial: Object, fields: Array },
  emits: ["change", "find"],
  template: `
    <div class="filters" role="search" :aria-label="t('Filters')">
      <span v-if="named" class="filter-chip view-name">★ {{ named }}</span>
      <span v-for="chip in chips" :key="chip.key" class="filter-chip" :class="{ unknown: isUnknown(chip.key) }">
        <button type="button" class="chip-name" :title="t('Change: {name}', { name: chip.label })" @click="open(chip.key)">
          <span class="quiet">{{ chip.label }}</span> <span class="named" :data-flag="flagOf(chip.key, chip.name)"><path-text :text="isUnknown(chip.key) ? chip.name : shownName(chip.key, chip.name)" /></span></button>
        <button type="button" class="clear" :aria-label="t('Show all: {name}', { name: chip.label })" @click="set(chip.key, '')">×</button>
      </span>
      <button ref="add" type="button" class="quiet-button add" :aria-expanded="isOpen" aria-haspopup="dialog" @click="open('')">{{ t("+ Filter") }}</button>
      <button v-if="chips.length > 1" type="button" class="quiet-button" @click="clear">{{ tc("filters", "Clear") }}</button>
      <div v-if="hint" class="filter-hint" role="status">
        {{ t(hint.unknown, { name: hint.name }) }}
        <template v-if="suggested.length">{{ t("Did you mean") }}
          <button v-for="each in suggested" :key="each.name" type="button" class="quiet-button"
              @click="set(each.field, each.name)"><path-text :text="each.name" /></button></template>
      </div>
      <dialog ref="picker" class="picker" :aria-label="t('Choose a filter')" @close="closed" @click.self="$refs.picker.close()">
        <input id="filter-text" ref="text" v-model="typed" type="text" role="combobox" aria-controls="filter-options" aria-expanded="true"
            :aria-activedescendant="options.length ? 'filter-option-' + at : null" :aria-label="t('Find a country, page, source or device')"
            :placeholder="placeholder" autocomplete="off" spellcheck="false" maxlength="2048"
            @keydown.down.prevent="move(1)" @keydown.up.prevent="move(-1)" @keydown.enter.prevent="enter" />
        <ul id="filter-options" role="listbox" :aria-label="t('Values')" class="options" :aria-busy="isLooking">
          <li v-for="(option, place) in options" :id="'filter-option-' + place" :key="option.field + option.name" role="option"
              class="option" :aria-selected="place === at" @pointermove="at = place" @click="pick(option)">
            <span class="quiet option-field">{{ labels[option.field] }}</span>
            <span class="named" :data-flag="flagOf(option.field, option.name)"><path-text :text="shownName(option.field, option.name)" /></span>
            <span v-if="option.count !== null" class="option-count">{{ count(option.count) }}</span>
          </li>
        </ul>
        <p v-if="!options.length && !isLooking" class="empty" role="status">{{ t("Nothing with “{text}” here.", { text: typed }) }}</p>
        <form v-if="chips.length" class="save" @submit.prevent="save">
          <input v-model="name" type="text" maxlength="40" :aria-label="t('Name of this view')" :placeholder="t('Keep these filters as …')" autocomplete="off" />
          <button type="submit" class="button" :disabled="!name.trim()">{{ t("Save") }}</button>
        </form>
      </dialog>
    </div>`,
  data() {
    const { values, unknown } = this.initial;
    return {
      ...{ values, unknown, labels: Object.fromEntries(this.fields.map(({ key, label }) => [key, visitors.t(label)])) },
      ...{ isOpen: false, only: "", typed: "", at: 0, listed: [], listedFor: null, suggested: [], name: "", views: readViews() },
    };
  },
  computed: {
    chips() {
      return this.fields
        .filter(({ key }) => this.values[key])
        .map((field) => ({ ...field, label: this.labels[field.key], name: nameOf(field.key, this.values[field.key]) }));
    },
    placeholder() {
      return this.only ? this.labels[this.only] : visitors.t("Country, page, source, device …");
    },
    isLooking() {
      return this.isOpen && this.listedFor !== this.typed;
    },
    // Saved views first, then what there is; what was typed as it stands is always possible for a page.
    options() {
      const looked = visitors.folded(this.typed.trim());
      const saved = this.only ? [] : Object.keys(this.views).filter((name) => visitors.folded(name).includes(looked));
      const found = this.listed.filter(({ field }) => !this.only || field === this.only);
      const typed = this.typed.trim();
      const exact = this.only || "page";
      const isThere = found.some(({ field, name }) => field === exact && name === typed);
      const rest = typed && !isThere && !this.isLooking ? [{ field: exact, name: typed, count: null }] : [];
      return [...saved.map((name) => ({ field: "view", name, count: null })), ...found, ...rest];
    },
    // The saved view that these filters are.
    named() {
      const now = JSON.stringify(filled(this.values));
      return Object.keys(this.views).find((name) => JSON.stringify(this.views[name]) === now) ?? "";
    },
    hint() {
      return this.chips.find(({ key }) => this.isUnknown(key));
    },
  },
  watch: {
    typed() {
      this.at = 0;
      clearTimeout(this.finding);
      this.finding = setTimeout(() => this.find(this.typed), FIND_AFTER_MS);
    },
    "hint.name"(name) {
      this.suggested = [];
      if (name) this.find(name);
    },
  },
  created() {
    this.labels.view = visitors.t("Saved view");
    this.publish();
  },
  mounted() {
    window.addEventListener("visitors:filter", this.asked);
    window.addEventListener("popstate", this.wentBack);
    this.forget = visitors.offer(
      { id: "clear", title: visitors.t("Clear the filters"), run: this.clear },
      { id: "filter", title: visitors.t("Filter …"), run: () => this.open("") },
      { id: "views", list: this.commands },
    );
    if (this.hint) this.find(this.hint.name);
  },
  unmounted() {
    this.forget();
    clearTimeout(this.finding);
    window.removeEventListener("visitors:filter", this.asked);
    window.removeEventListener("popstate", this.wentBack);
  },
  methods: {
    // What is unknown. What is chosen is known here first.
    show({ unknown }) {
      this.unknown = unknown;
    },
    // The values that have a text in them: the one in the picker, or the one that is unknown.
    found({ text, options }) {
      const found = options.map(([field, name, count]) => Object.freeze({ field, name, count }));
      const isSame = ({ field, name }) => field === this.hint?.key && name !== text;
      if (text === this.hint?.name) this.suggested = found.filter(isSame).slice(0, MOST_SUGGESTED);
      if (!this.isOpen || text !== this.typed) return;
      Object.assign(this, { listed: found, listedFor: text });
      if (this.wantsFirst) this.pick(this.options[0]);
    },
    find(text) {
      this.$emit("find", { text, codes: visitors.codesWith(text) });
    },
    // What was typed may not be looked for yet.
    enter() {
      if (this.isLooking) this.wantsFirst = true;
      else this.pick(this.options[this.at]);
    },
    isUnknown(key) {
      return this.unknown.includes(key);
    },
    publish() {
      const named = Object.fromEntries(this.fields.map(({ key }) => [key, nameOf(key, this.values[key] ?? "")]));
      visitors.setChosen({ ...named, minutes: this.values.minutes ?? "" });
    },
    asked({ detail }) {
      this.set(detail.field, detail.name);
    },
    set(field, name) {
      this.change({ ...this.values, [field]: field === "returning" ? (inAddress[name] ?? name) : name });
    },
    clear() {
      if (this.chips.length) this.change({ minutes: this.values.minutes });
    },
    // Each filter is a step of the browser's history; the window of the people isn't.
    change(values) {
      const isWindow = JSON.stringify({ ...filled(values), minutes: 0 }) === JSON.stringify({ ...filled(this.values), minutes: 0 });
      this.apply(values);
      const url = new URL(location.href);
      for (const key of [...this.fields.map((field) => field.key), "minutes"]) {
        if (this.values[key]) url.searchParams.set(key, this.values[key]);
        else url.searchParams.delete(key);
      }
      if (this.named) url.searchParams.set("view", this.named);
      else url.searchParams.delete("view");
      if (url.href === location.href) return;
      if (isWindow) history.replaceState(history.state, "", url);
      else history.pushState(history.state, "", url);
    },
    apply(values) {
      this.values = filled(values);
      this.unknown = [];
      this.publish();
      this.$emit("change", this.values);
    },
    wentBack() {
      const params = new URL(location.href).searchParams;
      this.apply(Object.fromEntries([...this.fields.map(({ key }) => key), "minutes"].map((key) => [key, params.get(key) ?? ""])));
    },
    async open(field) {
      Object.assign(this, { only: field, typed: "", at: 0, listed: [], listedFor: null, name: "", isOpen: true });
      this.wantsFirst = false;
      this.find("");
      this.$refs.picker.showModal();
      await this.$nextTick();
      this.$refs.text.focus();
    },
    closed() {
      this.isOpen = false;
    },
    move(by) {
      this.at = (this.at + by + this.options.length) % Math.max(1, this.options.length);
    },
    pick(option) {
      if (!option) return;
      this.$refs.picker.close();
      if (option.field === "view") this.change(this.views[option.name]);
      else this.set(option.field, option.name);
    },
    save() {
      this.views = { ...this.views, [this.name.trim()]: filled(this.values) };
      localStorage.setItem(VIEWS, JSON.stringify(this.views));
      this.$refs.picker.close();
      this.change(this.values);
    },
    commands() {
      return Object.keys(this.views).map((name) => ({ title: visitors.t("View: {name}", { name }), run: () => this.change(this.views[name]) }));
    },
    flagOf: (field, name) => (field === "country" ? visitors.flag(name) : null),
    shownName: (field, name) => visitors.named(field, name),
    count: (number) => visitors.count(number),
  },
};

const nameOf = (key, value) => (key === "returning" ? (KINDS[value] ?? value) : value);
const filled = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value).sort());

function readViews() {
  const isObject = (value) => value !== null && typeof value === "object";
  const views = visitors.settings.kept(VIEWS, {}, isObject);
  return Object.fromEntries(Object.entries(views).filter(([, values]) => isObject(values)));
}
