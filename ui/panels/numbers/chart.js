const PLOTLY_LOADS_MS = 50;
const REST_MS = 1000; // bars of minutes: drawing them more often shows nothing and keeps the page busy

export default {
  props: { initial: Object, plot: Number },
  template: `<div class="chart" role="img" :aria-label="content.label"><slot></slot></div>`,
  data() {
    return { content: this.initial };
  },
  unmounted() {
    clearTimeout(this.waiting);
  },
  methods: {
    show(content) {
      this.content = content;
      if (!this.waiting) this.draw();
    },
    // An update during a drawing or the pause after it is drawn afterwards.
    draw() {
      const isReady = getElement(this.plot)?.last_options;
      const drawn = this.content;
      if (isReady) runMethod(this.plot, "run_plot_method", ["update", drawn.bars, drawn.layout]);
      const again = () => {
        this.waiting = null;
        if (!isReady || this.content !== drawn) this.draw();
      };
      this.waiting = setTimeout(again, isReady ? REST_MS : PLOTLY_LOADS_MS);
    },
  },
};
