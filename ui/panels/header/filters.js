const FIELDS = [
  { key: "country", list: "countries", label: "Country", all: "All countries", most: 64 },
  { key: "page", list: "pages", label: "Page", all: "All pages", most: 2048 },
];
const MOST_NAMES = 50; // that the server sends
const MOST_SUGGESTED = 3;
const LONGEST_SLIP = 2; // letters that differ
const inUrl = (field) => new URL(location.href).searchParams.get(field) ?? "";

export default {
  components: { PathText: visitors.Path },
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
        <div v-if="isUnknown(field)" class="filter-hint" role="status">
          {{ unknownWords(field) }}
          <template v-if="suggested(field).length">Did you mean
            <button v-for="name in suggested(field)" :key="name" type="button" class="quiet-button"
                @click="set(field.key, name)"><path-text :text="name" /></button></template>
        </div>
      </div>
    </form>`,
  data() {
    const { country, page } = this.initial;
    // What is chosen may still be typed; what is set is in effect.
    return { content: this.initial, chosen: { country, page }, applied: { country, page }, fields: FIELDS };
  },
  created() {
    visitors.setChosen(this.applied);
  },
  mounted() {
    window.addEventListener("visitors:filter", this.asked);
    window.addEventListener("popstate", this.wentBack);
    this.forget = visitors.offer(
      { id: "clear", title: "Clear the filters", run: this.clear },
      { id: "filters", list: this.commands },
    );
  },
  unmounted() {
    this.forget();
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
    apply() {
      this.applied = { ...this.chosen };
      visitors.setChosen(this.applied);
    },
    clear() {
      for (const { key } of FIELDS) if (this.applied[key]) this.set(key, "");
    },
    // One for each name that can be chosen.
    commands() {
      const of = ({ key, label, list }) =>
        this.content[list].map((name) => ({ title: `${label}: ${visitors.plain(name)}`, run: () => this.set(key, name) }));
      return FIELDS.flatMap(of);
    },
    isUnknown({ key, list }) {
      return this.applied[key] !== "" && !this.content[list].includes(this.applied[key]);
    },
    unknownWords({ key, list }) {
      const known = this.content[list].length;
      const of = known < MOST_NAMES ? `the ${list} of today` : `today's ${known} largest ${list}`;
      return `“${visitors.plain(this.applied[key])}” is not among ${of}.`;
    },
    suggested({ key, list }) {
      return suggestions(this.applied[key], this.content[list]);
    },
    // A name that is typed in other letters is the known one. Each filter is a step of the browser's
    // history.
    changed(field) {
      const typed = this.chosen[field].trim();
      const { list } = FIELDS.find(({ key }) => key === field);
      const names = this.content[list];
      const same = names.includes(typed) ? typed : names.find((name) => folded(name) === folded(typed));
      this.chosen[field] = same ?? typed;
      this.apply();
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
      this.apply();
      this.$emit("change", { ...this.chosen, field: changed.key });
    },
  },
};

const folded = (text) => visitors.folded(text);

// Names that contain what was typed, or are a slip of the finger away.
function suggestions(typed, names) {
  const looked = folded(typed);
  const near = (name) => name.includes(looked) || isSlip(looked, name);
  return names.filter((name) => near(folded(name))).slice(0, MOST_SUGGESTED);
}

// Whether two short texts differ by few letters: Levenshtein's distance, row by row.
function isSlip(one, other) {
  const most = Math.min(LONGEST_SLIP, Math.floor(one.length / 3));
  if (Math.abs(one.length - other.length) > most) return false;
  let row = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swap = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row.at(-1) <= most;
}
