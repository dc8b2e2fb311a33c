const PLOTLY_LOADS_MS = 50;

export default {
  props: { initial: Object, plot: Number },
  template: `<div class="chart" role="img" :aria-label="content.label"><slot></slot></div>`,
  data() {
    return { content: this.initial };
  },
  methods: {
    show(content) {
      this.content = content;
      this.draw();
    },
    draw() {
      if (!getElement(this.plot)?.last_options) {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(this.draw, PLOTLY_LOADS_MS);
        return;
      }
      runMethod(this.plot, "run_plot_method", ["update", this.content.bars, this.content.layout]);
    },
  },
};
