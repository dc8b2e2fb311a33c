const REST_MS = 2000;
const TICK_MS = 300;

export default {
  props: { initial: Object, label: String, inTitle: Boolean, site: String },
  template: `
    <div class="figure">
      <div class="figure-value" :class="{ changed }" :style="{ '--digits': content.value.length }">{{ content.value }}</div>
      <div class="figure-label">{{ t(label) }}</div>
      <div class="figure-hint">
        <template v-if="old">{{ t("as of {time}", { time: old }) }}</template>
        <span v-show="!old"><slot>{{ words(content.hint) }}</slot></span>
      </div>
    </div>`,
  data() {
    return { content: this.initial, changed: false, old: "" };
  },
  mounted() {
    if (this.inTitle) this.stop = visitors.everySecond(this.retitle);
    this.retitle();
  },
  unmounted() {
    this.stop?.();
  },
  methods: {
    show(content) {
      if (content.value !== this.content.value) this.tick();
      this.content = content;
      this.retitle();
    },
    // A number that changes all the time isn't animated: only a change after a pause is.
    tick() {
      const rested = Date.now() - (this.changedAt || 0) > REST_MS;
      this.changedAt = Date.now();
      if (!rested) return;
      this.changed = true;
      setTimeout(() => (this.changed = false), TICK_MS);
    },
    retitle() {
      if (!this.inTitle) return;
      const { value } = this.content;
      const at = visitors.asOf();
      this.old = at === null ? "" : visitors.minute(at);
      const now = visitors.t("{value} active · Visitors", { value });
      const usual = this.old ? visitors.t("⚠ {value} as of {time} · Visitors", { value, time: this.old }) : now;
      const title = this.site ? `${usual} · ${this.site}` : usual;
      if (title !== document.title) document.title = title;
    },
  },
};
