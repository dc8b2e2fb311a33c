const SET_EVERY_MS = 200; // while the slider is dragged
const BELOW = 6; // pixels between the button and the slider

export default {
  props: { initial: Object, most: Number },
  template: `
    <span class="window">{{ t("active in the last") }}
      <button ref="opener" type="button" class="window-button" popovertarget="window-slider"
          :aria-label="t('Active in the last {window}: change', { window: said })">{{ said }}</button>
      <div id="window-slider" ref="slider" popover class="popover window-slider" role="group" :aria-label="t('Window')" @beforetoggle="placed">
        <label class="window-label" for="window-minutes"><span>{{ t("Active in the last") }}</span> <strong>{{ said }}</strong></label>
        <input id="window-minutes" type="range" min="1" :max="most" step="1" :value="minutes" :aria-valuetext="said"
            autofocus @input="slide(Number($event.target.value))" />
        <div class="window-ends quiet" aria-hidden="true"><span>{{ spoken(60) }}</span><span>{{ spoken(60 * most) }}</span></div>
        <button v-if="!isUsual" type="button" class="quiet-button" @click="reset">{{ t("{window}, as usual", { window: spoken(content.usual_seconds) }) }}</button>
      </div>
    </span>`,
  data() {
    return { content: this.initial, dragged: null };
  },
  mounted() {
    window.addEventListener("visitors:chosen", this.settle);
  },
  unmounted() {
    clearTimeout(this.waiting);
    window.removeEventListener("visitors:chosen", this.settle);
  },
  computed: {
    seconds() {
      return this.dragged === null ? this.content.seconds : this.dragged * 60;
    },
    minutes() {
      return Math.min(this.most, Math.max(1, Math.round(this.seconds / 60)));
    },
    said() {
      return this.spoken(this.seconds);
    },
    isUsual() {
      return this.seconds === this.content.usual_seconds;
    },
  },
  methods: {
    show(content) {
      this.content = content;
      if (content.seconds === this.dragged * 60) this.dragged = null;
    },
    // The window in the filters: what is dragged is known here first, what comes by Back there.
    settle() {
      if (this.waiting || this.isSetting) return;
      const minutes = Number(visitors.chosen().minutes);
      this.dragged = minutes || this.content.usual_seconds / 60;
      if (this.dragged * 60 === this.content.seconds) this.dragged = null;
    },
    slide(minutes) {
      this.dragged = minutes;
      if (this.waiting) return;
      const rest = (this.setAt ?? 0) + SET_EVERY_MS - Date.now();
      if (rest <= 0) this.set();
      else this.waiting = setTimeout(this.set, rest);
    },
    set() {
      clearTimeout(this.waiting);
      this.waiting = null;
      this.setAt = Date.now();
      this.isSetting = true;
      visitors.filterBy("minutes", this.isUsual ? "" : String(this.dragged));
      this.isSetting = false;
    },
    reset() {
      this.dragged = this.content.usual_seconds / 60;
      this.set();
      this.$refs.slider.querySelector("input").focus();
    },
    // Below its button, inside the page.
    placed({ newState }) {
      if (newState !== "open") return;
      const { left, bottom } = this.$refs.opener.getBoundingClientRect();
      this.$refs.slider.style.inset = `${bottom + BELOW}px auto auto ${Math.max(16, Math.min(left, innerWidth - 276))}px`;
    },
    spoken: (seconds) => (seconds % 60 ? visitors.t("{n} s", { n: seconds }) : visitors.t("{n} min", { n: seconds / 60 })),
  },
};
