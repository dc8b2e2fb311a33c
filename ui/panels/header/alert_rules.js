const { t, tc } = visitors;
const NOTIFY = "notify";
const NUMBERS = [
  { name: "factor", title: t("Times the usual"), step: "any", kinds: ["above", "below"] },
  { name: "least", title: t("Least people"), step: 1, kinds: ["above", "below", "silence", "record", "new_source"] },
  { name: "minutes", title: t("For minutes"), step: 1, kinds: ["above", "below", "silence", "new_source"] },
  { name: "cooldown_minutes", title: t("Then quiet, min"), step: 1, kinds: ["above", "below", "silence", "record", "new_source"] },
];
const WORDS = { above: tc("alert", "above"), below: tc("alert", "below"), silence: tc("alert", "silence"), record: tc("alert", "record"), new_source: tc("alert", "new source") };
const LEVELS = { info: tc("level", "info"), warning: tc("level", "warning"), milestone: tc("level", "milestone") };
const SAYS = {
  above: t("More people than usual, and at least so many more."),
  below: t("Fewer people than usual, and at least so many fewer."),
  silence: t("No event for so many minutes, where at least so many people are usual."),
  record: t("More people than in the last 35 days, and at least so many."),
  new_source: t("At least so many people from a source that brought none in the last 35 days."),
};
const NEW = { kind: "above", level: "warning", enabled: true, factor: 2, least: 10, minutes: 0, cooldown_minutes: 30 };

export default {
  props: { initial: null, edits: Boolean, kinds: Array, levels: Array, limits: Object, most: Number, longest: Number },
  emits: ["ask", "save"],
  template: `
    <dialog ref="dialog" class="dialog rules-dialog" aria-labelledby="rules-title" @click.self="close">
      <form class="dialog-body" novalidate @submit.prevent="save">
        <header class="panel-head">
          <h2 id="rules-title">{{ t("Alerts") }}</h2>
          <button type="button" class="icon-button" :aria-label="t('Close')" autofocus @click="close">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </header>
        <div class="rules-scroll" tabindex="0" role="group" :aria-label="t('Rules and choices')">
          <h3>{{ t("In this browser") }}</h3>
          <label class="check"><input type="checkbox" :checked="notifies" @change="askForNotices" /> {{ t("Desktop notifications") }}</label>
          <p v-if="note" class="quiet" role="status">{{ note }}</p>
          <h3>{{ t("Rules for everybody") }}</h3>
          <p v-if="!edits" class="quiet">{{ t("This page may only read them: to change them takes the rights of a reset.") }}</p>
          <p v-if="wrong.rules" class="wrong" role="alert">{{ t("Rules {should}.", { should: wrong.rules }) }}</p>
          <fieldset v-for="(rule, place) in rules" :key="rule.key" class="rule" :disabled="!edits">
            <legend class="visually-hidden">{{ t("Rule {name}", { name: rule.name || place + 1 }) }}</legend>
            <div class="rule-head">
              <label class="check"><input v-model="rule.enabled" type="checkbox" /><span class="visually-hidden">{{ t("Enabled") }}</span></label>
              <label class="field rule-name"><span class="visually-hidden">{{ t("Name") }}</span>
                <input v-model="rule.name" type="text" :maxlength="longest" v-bind="state(place, 'name')" :placeholder="t('Name')" /></label>
              <button v-if="edits" type="button" class="icon-button small" :aria-label="t('Remove the rule {name}', { name: rule.name })" :title="t('Remove')" @click="remove(place)">
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5L5 13h6l.5-8.5"/></svg>
              </button>
            </div>
            <p v-if="error(place, 'name')" :id="id(place, 'name')" class="wrong">{{ t("The name {should}.", { should: error(place, "name") }) }}</p>
            <p class="quiet">{{ says[rule.kind] }}</p>
            <div class="rule-fields">
              <label class="field">{{ t("Kind") }}<select v-model="rule.kind" v-bind="state(place, 'kind')"><option v-for="kind in kinds" :key="kind" :value="kind">{{ kindWords[kind] }}</option></select></label>
              <label v-for="number in numbersOf(rule)" :key="number.name" class="field">{{ number.title }}
                <input v-model="rule[number.name]" type="number" :step="number.step" :min="limits[number.name][0]" :max="limits[number.name][1]"
                  v-bind="state(place, number.name)" />
                <span v-if="error(place, number.name)" :id="id(place, number.name)" class="wrong">{{ words(error(place, number.name)) }}</span>
              </label>
              <label class="field">{{ t("Level") }}<select v-model="rule.level" v-bind="state(place, 'level')"><option v-for="level in levels" :key="level" :value="level">{{ levelWords[level] }}</option></select></label>
            </div>
          </fieldset>
          <p v-if="!rules.length" class="empty">{{ t("There is no rule: nothing unusual is told.") }}</p>
          <button v-if="edits && rules.length < most" type="button" class="button add-rule" @click="add">{{ t("Add a rule") }}</button>
        </div>
        <div v-if="edits" class="actions">
          <button type="button" class="button" @click="close">{{ t("Cancel") }}</button>
          <button type="submit" class="button main" :disabled="saving">{{ t("Save the rules") }}</button>
        </div>
      </form>
    </dialog>`,
  data: () => ({ rules: [], wrong: {}, saving: false, notifies: false, note: "", kindWords: WORDS, levelWords: LEVELS, says: SAYS }),
  created() {
    this.made = 0;
  },
  mounted() {
    this.forget = visitors.offer({ id: "alert rules", title: t("Alerts: rules, notifications"), run: this.open });
  },
  unmounted() {
    this.forget();
  },
  methods: {
    open() {
      Object.assign(this, { wrong: {}, saving: false, note: "" });
      this.notifies = localStorage.getItem(NOTIFY) === "on" && window.Notification?.permission === "granted";
      this.$emit("ask");
      this.$refs.dialog.showModal();
    },
    close() {
      this.$refs.dialog.close();
    },
    // The rules as they are. A key of its own lets each keep its fields when another one is removed.
    fill(rules) {
      this.rules = rules.map((rule) => ({ ...rule, key: ++this.made }));
    },
    add() {
      this.rules.push({ ...NEW, name: "", key: ++this.made });
      this.$nextTick(() => this.focus(`[data-field="rules[${this.rules.length - 1}].name"]`));
    },
    // What was wrong is named by the place of a rule.
    remove(place) {
      this.rules.splice(place, 1);
      this.wrong = {};
    },
    save() {
      this.saving = true;
      const numbers = (rule) => NUMBERS.map(({ name }) => [name, rule[name] === "" ? null : Number(rule[name])]);
      const plain = ({ key, ...rule }) => ({ ...rule, name: rule.name.trim(), ...Object.fromEntries(numbers(rule)) });
      this.$emit("save", this.rules.map(plain));
    },
    saved() {
      this.close();
    },
    refuse(wrong) {
      this.saving = false;
      this.wrong = Object.fromEntries(wrong);
      this.$nextTick(() => this.focus("[aria-invalid=true]"));
    },
    focus(selector) {
      this.$el.querySelector(selector)?.focus();
    },
    // A field that isn't shown for a kind may be wrong for it all the same: then it is.
    numbersOf(rule) {
      const place = this.rules.indexOf(rule);
      return NUMBERS.filter(({ name, kinds }) => kinds.includes(rule.kind) || this.error(place, name));
    },
    error(place, name) {
      return this.wrong[`rules[${place}].${name}`];
    },
    id: (place, name) => `rule-${place}-${name}`,
    state(place, name) {
      const field = { "data-field": `rules[${place}].${name}` };
      return this.error(place, name) ? { ...field, "aria-invalid": true, "aria-describedby": this.id(place, name) } : field;
    },
    // Browsers ask the person, and only after a click.
    async askForNotices({ target }) {
      const wanted = target.checked;
      const answer = wanted ? await window.Notification?.requestPermission() : "";
      this.notifies = answer === "granted";
      target.checked = this.notifies;
      this.note = wanted && !this.notifies ? t("The browser doesn't allow notifications of this page.") : "";
      localStorage.setItem(NOTIFY, this.notifies ? "on" : "off");
      window.dispatchEvent(new CustomEvent("visitors:notify"));
    },
  },
};
