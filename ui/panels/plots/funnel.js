export default {
  mixins: [visitors.Seen],
  components: { PathText: visitors.Path },
  template: `
    <section class="panel plot plot-funnel" tabindex="-1" aria-labelledby="funnel-title">
      <header class="panel-head"><h2 id="funnel-title">{{ t("Funnel") }}</h2><span v-if="content?.of" class="quiet of">{{ words(content.of) }}</span></header>
      <p v-if="!content || content.counting" class="empty">{{ t("Counting…") }}</p>
      <ol v-else class="funnel-steps">
        <li v-for="step in content.steps" :key="step.page">
          <button type="button" class="funnel-step" :style="{ '--share': step.share }" :aria-pressed="isChosen(step)"
              :title="isChosen(step) ? t('Take off the filter') : t('Show who is on this page')" @click="filter(step)">
            <path-text :text="step.page" />
            <strong>{{ tc("people", "{n} here", { n: step.here }) }}</strong>
            <span class="quiet">{{ median(step) }}</span>
            <span class="quiet funnel-seen">{{ t("{n} have seen it", { n: step.seen }) }}</span>
          </button>
          <p v-if="step.onward" class="quiet funnel-onward">↓ {{ words(step.onward) }}</p>
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
    median({ median }) {
      return median === null ? "" : visitors.t("for {time} in the median", { time: visitors.duration(median) });
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
