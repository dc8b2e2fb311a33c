const FIELDS = [
  { key: "country", list: "countries", label: "Country", all: "All countries" },
  { key: "page", list: "pages", label: "Page", all: "All pages" },
];

export default {
  props: { initial: Object },
  emits: ["change"],
  template: `
    <form class="filters" role="search" aria-label="Filters" @submit.prevent>
      <div v-for="field in fields" :key="field.key" class="filter" :class="{ set: chosen[field.key] }">
        <label :for="'filter-' + field.key">{{ field.label }}</label>
        <input :id="'filter-' + field.key" type="text" autocomplete="off" spellcheck="false"
            :list="'known-' + field.key" :placeholder="field.all" v-model="chosen[field.key]"
            @change="changed(field.key)" @keydown.enter="$event.target.blur()" />
        <datalist :id="'known-' + field.key">
          <option v-for="name in content[field.list]" :key="name" :value="name"></option>
        </datalist>
        <button v-if="chosen[field.key]" type="button" class="clear"
            :aria-label="'Show all: ' + field.label" @click="clear(field.key)">×</button>
      </div>
    </form>`,
  data() {
    const { country, page } = this.initial;
    return { content: this.initial, chosen: { country, page }, fields: FIELDS };
  },
  methods: {
    // A field that has the focus is not overwritten by the server.
    show(content) {
      this.content = content;
      if (this.$el.contains(document.activeElement)) return;
      this.chosen = { country: content.country, page: content.page };
      this.remember();
    },
    changed(field) {
      this.chosen[field] = this.chosen[field].trim();
      this.remember();
      this.$emit("change", { ...this.chosen, field });
    },
    clear(field) {
      this.chosen[field] = "";
      this.changed(field);
    },
    remember() {
      const url = new URL(location.href);
      for (const { key } of FIELDS) {
        if (this.chosen[key]) url.searchParams.set(key, this.chosen[key]);
        else url.searchParams.delete(key);
      }
      if (url.href !== location.href) history.replaceState(history.state, "", url);
    },
  },
};
