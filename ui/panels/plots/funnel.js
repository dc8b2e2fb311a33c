export default {
  mixins: [visitors.Seen],
  components: { PathText: visitors.Path },
  template: `
    <section class="panel plot plot-funnel" tabindex="-1" aria-labelledby="funnel-title">
      <header class="panel-head"><h2 id="funnel-title">Funnel</h2><span v-if="content?.of" class="quiet of">{{ content.of }}</span></header>
      <p v-if="!content || content.counting" class="empty">Counting…</p>
      <ol v-else class="funnel-steps">
        <li v-for="step in content.steps" :key="step.page">
          <button type="button" class="funnel-step" :style="{ '--share': step.share }" :aria-pressed="isChosen(step)"
              :title="isChosen(step) ? 'Take off the filter' : 'Show who is on this page'" @click="filter(step)">
            <path-text :text="step.page" />
            <strong>{{ step.here }} here</strong>
            <span class="quiet">{{ step.median ? "for " + step.median + " in the median" : "" }}</span>
            <span class="quiet funnel-seen">{{ step.seen }} have seen it</span>
          </button>
          <p v-if="step.onward" class="quiet funnel-onward">↓ {{ step.onward }}</p>
        </li>
      </ol>
    </section>`,
  data: () => ({ chosen: visitors.chosen() }),
  mounted() {
    window.addEventListener("visitors:chosen", this.mark);
  },
  unmounted() {
    window.removeEventListener("visitors:chosen", this.mark);
  },
  methods: {
    mark() {
      this.chosen = visitors.chosen();
    },
    isChosen({ page }) {
      return this.chosen.on === page;
    },
    // A second click takes the filter off.
    filter(step) {
      visitors.filterBy("on", this.isChosen(step) ? "" : step.page);
    },
  },
};
