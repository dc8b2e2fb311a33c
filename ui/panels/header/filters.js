const FIELDS = [
  { key: "country", list: "countries", label: "Country", all: "All countries", most: 64 },
  { key: "page", list: "pages", label: "Page", all: "All pages", most: 2048 },
];
const inUrl = (field) => new URL(location.href).searchParams.get(field) ?? "";

export default {
  props: { initial: Object },
  emits: ["change"],
  template: `
    <form class="filters" role="search" aria-label="Filters" @submit.prevent>
      <div v-for="field in fields" :key="field.key" class="filter" :class="{ set: chosen[field.key] }">
        <label :for="'filter-' + field.key">{{ field.label }}</label>
        <input :id="'filter-' + field.key" type="text" autocomplete="off" spellcheck="false"
            :list="'known-' + field.key" :placeholder="field.all" :maxlength="field.most" v-model="chosen[field.key]"
            @change="changed(field.key)" @keydown.enter="$event.target.blur()" />
        <datalist :id="'known-' + field.key">
          <option v-for="name in content[field.list]" :key="name" :value="name"></option>
        </datalist>
        <button v-if="chosen[field.key]" type="button" class="clear"
            :aria-label="'Show all: ' + field.label" @click="set(field.key, '')">×</button>
      </div>
    </form>`,
  data() {
    const { country, page } = this.initial;
    return { content: this.initial, chosen: { country, page }, fields: FIELDS };
  },
  mounted() {
    window.addEventListener("visitors:filter", this.asked);
    window.addEventListener("popstate", this.wentBack);
  },
  unmounted() {
    window.removeEventListener("visitors:filter", this.asked);
    window.removeEventListener("popstate", this.wentBack);
  },
  methods: {
    // The names that there are. What is chosen is known here alone.
    show(content) {
      this.content = content;
    },
    asked({ detail }) {
      this.set(detail.field, detail.name);
    },
    set(field, value) {
      this.chosen[field] = value;
      this.changed(field);
    },
    // Each filter is a step of the browser's history.
    changed(field) {
      this.chosen[field] = this.chosen[field].trim();
      const url = new URL(location.href);
      for (const { key } of FIELDS) {
        if (this.chosen[key]) url.searchParams.set(key, this.chosen[key]);
        else url.searchParams.delete(key);
      }
      if (url.href !== location.href) history.pushState(history.state, "", url);
      this.$emit("change", { ...this.chosen, field });
    },
    // One step of the history changes one field.
    wentBack() {
      const changed = FIELDS.find(({ key }) => inUrl(key) !== this.chosen[key]);
      if (!changed) return;
      for (const { key } of FIELDS) this.chosen[key] = inUrl(key);
      this.$emit("change", { ...this.chosen, field: changed.key });
    },
  },
};
