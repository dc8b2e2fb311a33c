const MINUTE_S = 60;
const REACH = 4; // pixels to each side
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export default {
  props: { initial: Array },
  template: `
    <div class="wall-bar">
      <span class="wall-filter">{{ names }}</span>
      <time class="wall-clock">{{ clock }}</time>
    </div>`,
  data() {
    return { content: this.initial, clock: "" };
  },
  mounted() {
    this.stop = visitors.everySecond(this.tick);
    this.tick();
  },
  unmounted() {
    this.stop();
  },
  computed: {
    names() {
      return this.content.map(([label, field, name]) => `${visitors.t(label)} ${visitors.named(field, name)}`).join(" · ");
    },
  },
  methods: {
    show(content) {
      this.content = content;
    },
    tick() {
      const now = visitors.now();
      this.clock = visitors.minute(now);
      const minute = STILL.matches ? null : Math.floor(now / MINUTE_S);
      if (minute === this.minute) return;
      this.minute = minute;
      this.$el.closest(".dashboard").style.translate = minute === null ? "" : `${shift(minute)}px ${shift(minute + REACH)}px`;
    },
  },
};

// There and back, a pixel a minute; sideways and up and down at different times.
const shift = (minute) => Math.abs((minute % (4 * REACH)) - 2 * REACH) - REACH;
