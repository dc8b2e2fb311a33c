export default {
  mixins: [visitors.Seen],
  components: { PathText: visitors.Path },
  template: `
    <section class="panel plot plot-funnel" tabindex="-1" aria-labelledby="funnel-title">
      <header class="panel-head"><h2 id="funnel-title">{{ t("Funnel") }}</h2><span v-if="content?.of" class="quiet of">{{ words(content.of) }}</span></header>
      <p v-if="!content || content.counting" class="empty">{{ t("Counting…") }}</p>
      <ol v-else class="funnel-steps">
        <li v-for="step in content.steps" :key="step.page + step.goal">
          <button type="button" class="funnel-step" :style="{ '--share': step.share }" :aria-pressed="step.goal ? null : isChosen(step)"
              :aria-disabled="step.goal" :title="title(step)" @click="filter(step)">
            <span v-if="step.goal" class="goal-name">{{ t("Goal: {name}", { name: step.page }) }}</span>
            <path-text v-else :text="step.page" />
            <strong>{{ tc("people", "{n} here", { n: step.here }) }}</strong>
            <span class="quiet">{{ median(step) }}</span>
            <span class="quiet funnel-seen">{{ step.goal ? t("reached by {n}", { n: step.seen }) : t("{n} have seen it", { n: step.seen }) }}</span>
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
    isChosen({ page, goal }) {
      return !goal && this.chosen.on === page;
    },
    title(step) {
      if (step.goal) return visitors.t("A goal");
      return this.isChosen(step) ? visitors.t("Take off the filter") : visitors.t("Show who is on this page");
    },
    // A second click takes the filter off; a goal filters nothing.
    filter(step) {
      if (step.goal) return;
      visitors.filterBy("on", this.isChosen(step) ? "" : step.page);
    },
  },
};
