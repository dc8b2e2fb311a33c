const THEMES = [
  { key: "system", title: visitors.t("System") },
  { key: "light", title: visitors.t("Light") },
  { key: "dark", title: visitors.t("Dark") },
];
const LANGUAGES = [
  { key: "system", title: visitors.t("System") },
  { key: "en", title: "English" },
  { key: "de", title: "Deutsch" },
];
const SOUNDS = [
  { kind: "visitor", title: visitors.t("New visitors") },
  { kind: "info", title: visitors.t("Info") },
  { kind: "warning", title: visitors.t("Warnings") },
  { kind: "milestone", title: visitors.t("Milestones") },
];
const MINUTE_S = 60;

export default {
  props: { usual: Number, funnel: Boolean },
  template: `
    <dialog ref="dialog" class="dialog settings-dialog" aria-labelledby="settings-title" @click.self="close">
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id="settings-title">{{ t("Settings") }}</h2>
          <span class="quiet">{{ t("of this browser") }}</span>
          <button type="button" class="icon-button" :aria-label="t('Close')" autofocus @click="close">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </header>
        <div class="settings-scroll" tabindex="0" role="group" aria-labelledby="settings-title">
          <section class="settings-panels" aria-labelledby="settings-panels">
            <div class="settings-head">
              <h3 id="settings-panels">{{ t("Panels") }}</h3>
              <button type="button" class="quiet-button" @click="standard">{{ t("Standard") }}</button>
            </div>
            <div class="settings-groups">
              <ol v-for="group in groups" :key="group.title" :aria-label="group.title" @pointermove="drag" @pointerup="drop" @pointercancel="drop">
                <li v-for="(panel, place) in group.panels" :key="panel.key" class="settings-panel" :class="{ dragged: dragged === panel.key }" :data-key="panel.key">
                  <span class="grip" :title="t('Drag to move')" aria-hidden="true" @pointerdown="grab($event, panel.key)"><svg viewBox="0 0 16 16"><circle cx="6" cy="4" r="1.1"/><circle cx="10" cy="4" r="1.1"/><circle cx="6" cy="8" r="1.1"/><circle cx="10" cy="8" r="1.1"/><circle cx="6" cy="12" r="1.1"/><circle cx="10" cy="12" r="1.1"/></svg></span>
                  <label class="check"><input type="checkbox" :checked="panel.isShown" @change="toggle(panel.key)" /> {{ panel.title }}</label>
                  <button type="button" class="icon-button small" :data-move="panel.key + ' up'" :aria-disabled="place === 0" :aria-label="t('Move up: {panel}', { panel: panel.title })"
                      @click="move(panel.key, -1)"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 10l4-4 4 4"/></svg></button>
                  <button type="button" class="icon-button small" :data-move="panel.key + ' down'" :aria-disabled="place === group.panels.length - 1" :aria-label="t('Move down: {panel}', { panel: panel.title })"
                      @click="move(panel.key, 1)"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 6l4 4 4-4"/></svg></button>
                </li>
              </ol>
            </div>
            <p class="visually-hidden" role="status">{{ said }}</p>
          </section>
          <section class="settings-choices" aria-labelledby="settings-page">
            <h3 id="settings-page">{{ t("Page") }}</h3>
            <div class="settings-choice"><span id="settings-theme">{{ t("Theme") }}</span>
              <div class="switch" role="group" aria-labelledby="settings-theme">
                <button v-for="each in themes" :key="each.key" type="button" :aria-pressed="theme === each.key" @click="setTheme(each.key)">{{ each.title }}</button>
              </div>
            </div>
            <label class="settings-choice"><span>{{ t("Language") }}</span>
              <select :value="language" @change="setLanguage($event.target.value)"><option v-for="each in languages" :key="each.key" :value="each.key">{{ each.title }}</option></select>
            </label>
            <label class="settings-choice"><span>{{ t("“Here now” means active in the last") }}</span>
              <select :value="minutes" @change="setMinutes($event.target.value)">
                <option value="">{{ t("{window}, as usual", { window: spoken(usual) }) }}</option>
                <option v-for="n in mostMinutes" :key="n" :value="String(n)">{{ spoken(60 * n) }}</option>
              </select>
            </label>
            <h3>{{ t("Sounds") }}</h3>
            <label class="check"><input type="checkbox" :checked="isLoud" @change="toggleSound" /> {{ t("Sounds on") }}</label>
            <div class="choices settings-sounds" role="group" :aria-label="t('Sounds')">
              <label v-for="each in sounds" :key="each.kind" class="check"><input type="checkbox" :checked="!silent[each.kind]" @change="setSound(each.kind, $event.target.checked)" /> {{ each.title }}</label>
            </div>
          </section>
        </div>
      </div>
    </dialog>`,
  data() {
    return { ...this.chosen(), dragged: null, said: "", themes: THEMES, languages: LANGUAGES, sounds: SOUNDS, mostMinutes: visitors.settings.MOST_MINUTES };
  },
  computed: {
    groups() {
      const there = this.panels.filter(({ key }) => key !== "funnel" || this.funnel);
      return [
        { title: visitors.t("Lists"), panels: there.filter(({ isList }) => isList) },
        { title: visitors.t("Beside them"), panels: there.filter(({ isList }) => !isList) },
      ];
    },
  },
  mounted() {
    this.forget = visitors.offer({ id: "settings", title: visitors.t("Settings"), run: this.open });
    this.$nextTick(this.applyMinutes); // the filters listen by then
  },
  unmounted() {
    this.forget();
  },
  methods: {
    chosen: () => ({
      panels: visitors.settings.panels(),
      minutes: visitors.settings.minutes(),
      theme: visitors.theme(),
      language: visitors.chosenLanguage(),
      isLoud: localStorage.getItem("sound") === "on",
      silent: Object.fromEntries(SOUNDS.map(({ kind }) => [kind, localStorage.getItem(`sound ${kind}`) === "off"])),
    }),
    open() {
      Object.assign(this, this.chosen(), { said: "" });
      this.$refs.dialog.showModal();
    },
    close() {
      this.$refs.dialog.close();
    },
    keep(panels) {
      this.panels = panels;
      visitors.settings.keepPanels(panels);
    },
    toggle(key) {
      this.keep(this.panels.map((panel) => (panel.key === key ? { ...panel, isShown: !panel.isShown } : panel)));
    },
    standard() {
      visitors.settings.forgetPanels();
      this.panels = visitors.settings.panels();
      this.said = visitors.t("All panels are shown, in the usual order.");
    },
    groupOf(key) {
      return this.groups.find(({ panels }) => panels.some((panel) => panel.key === key)).panels;
    },
    // To another place of its group.
    movedTo(key, to) {
      const group = this.groupOf(key);
      const rest = this.panels.filter((panel) => panel.key !== key);
      const others = group.filter((panel) => panel.key !== key);
      const panel = group.find((each) => each.key === key);
      const at = to < others.length ? rest.indexOf(others[to]) : rest.indexOf(others.at(-1)) + 1;
      return rest.toSpliced(at, 0, panel);
    },
    // The focus stays on the button, whose row has moved.
    async move(key, by) {
      const group = this.groupOf(key);
      const to = group.findIndex((panel) => panel.key === key) + by;
      if (!group[to]) return;
      this.keep(this.movedTo(key, to));
      const { title } = group[to - by];
      this.said = visitors.t("{panel}: place {place} of {all}", { panel: title, place: to + 1, all: group.length });
      await this.$nextTick();
      this.$el.querySelector(`[data-move="${key} ${by < 0 ? "up" : "down"}"]`).focus();
    },
    // The list takes the pointer: it stays where it is while its rows move.
    grab(event, key) {
      event.preventDefault();
      event.target.closest("ol").setPointerCapture(event.pointerId);
      this.dragged = key;
    },
    drag({ currentTarget, clientY }) {
      if (!this.dragged) return;
      const others = [...currentTarget.children].filter(({ dataset }) => dataset.key !== this.dragged);
      const above = others.filter((row) => row.getBoundingClientRect().top + row.offsetHeight / 2 < clientY);
      this.panels = this.movedTo(this.dragged, above.length);
    },
    drop() {
      if (this.dragged) this.keep(this.panels);
      this.dragged = null;
    },
    setTheme(theme) {
      visitors.setTheme(theme);
      this.theme = theme;
    },
    setLanguage: (choice) => visitors.setLanguage(choice),
    setMinutes(minutes) {
      this.minutes = minutes;
      visitors.settings.keepMinutes(minutes);
      visitors.filterBy("minutes", Number(minutes) * MINUTE_S === this.usual ? "" : minutes);
    },
    // What the address says wins.
    applyMinutes() {
      const isSaid = new URL(location.href).searchParams.has("minutes");
      if (this.minutes && !isSaid && Number(this.minutes) * MINUTE_S !== this.usual) visitors.filterBy("minutes", this.minutes);
    },
    // The switch in the menu does the same.
    toggleSound() {
      visitors.run("sound");
      this.isLoud = localStorage.getItem("sound") === "on";
    },
    setSound(kind, on) {
      this.silent[kind] = !on;
      localStorage.setItem(`sound ${kind}`, on ? "on" : "off");
    },
    spoken: (seconds) => (seconds % MINUTE_S ? visitors.t("{n} s", { n: seconds }) : visitors.t("{n} min", { n: seconds / MINUTE_S })),
    t: (text, values) => visitors.t(text, values),
  },
};
