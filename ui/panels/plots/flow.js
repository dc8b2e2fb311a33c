const LONGEST = 26;
const MOST_SAID = 5;
const LABEL_REM = 0.75;
const EDGE_PX = 12; // plotly draws labels inside, beside their nodes

export default {
  mixins: [visitors.Plot],
  template: `
    <section class="panel plot plot-flow" tabindex="-1" aria-labelledby="flow-title">
      <header class="panel-head"><h2 id="flow-title">{{ t("Flow") }}</h2><span v-if="content?.of" class="quiet of">{{ t("from page to page, {people}", { people: content.of }) }}</span></header>
      <p v-if="!content || content.counting" class="empty">{{ t("Counting…") }}</p>
      <p v-else-if="!content.moves.length" class="empty">{{ t("Nobody here has gone from a page to another one.") }}</p>
      <div v-show="content?.moves?.length" ref="plot" class="plotted" role="img" :aria-label="label"></div>
    </section>`,
  computed: {
    label() {
      const { pages, moves } = this.content?.moves ? this.content : { pages: [], moves: [] };
      const most = moves.slice(0, MOST_SAID).map(([from, to, n]) =>
        visitors.t("{page} to {next} {n}", { page: named(pages[from]), next: named(pages[to]), n }),
      );
      return visitors.t("Most frequent moves from page to page: {moves}", { moves: most.join(", ") || visitors.t("none") });
    },
  },
  created() {
    this.isAnew = true;
  },
  methods: {
    // Pages that were left on the left, pages gone to on the right: so no move goes round in a circle.
    // plotly draws none without a move.
    figure(colour) {
      const { pages, moves } = this.content;
      if (!moves?.length) return null;
      const left = [...new Set(moves.map(([from]) => from))];
      const right = [...new Set(moves.map(([, to]) => to))];
      const names = [...left, ...right].map((place) => pages[place]);
      const font = { family: "ui-monospace, monospace", size: LABEL_REM * rootSize(), color: colour("text") };
      const sankey = {
        type: "sankey",
        arrangement: "fixed",
        node: {
          label: names.map((name) => escaped(short(named(name)))),
          customdata: names.map((name) => escaped(named(name))),
          color: colour("accent"),
          line: { width: 0 },
          pad: 14,
          thickness: 10,
          hovertemplate: "%{customdata}: %{value:,}<extra></extra>",
        },
        link: {
          source: moves.map(([from]) => left.indexOf(from)),
          target: moves.map(([, to]) => left.length + right.indexOf(to)),
          value: moves.map(([, , count]) => count),
          color: `${colour("accent")}38`,
          hovertemplate: "%{source.customdata} → %{target.customdata}: %{value:,}<extra></extra>",
        },
        textfont: font,
        hoverlabel: { bgcolor: colour("text"), bordercolor: colour("text"), font: { color: colour("bg"), family: "system-ui, sans-serif" } },
      };
      this.names = names;
      const margin = { l: EDGE_PX, r: EDGE_PX, t: 8, b: 8 };
      return { data: [sankey], layout: { margin, font, separators: ".\u202f" }, config: {} };
    },
    // A node filters by its page, a move by the page that it goes to.
    clicked(point) {
      const number = point.target?.pointNumber ?? point.pointNumber;
      const page = this.names[number];
      if (page) visitors.filterBy("page", visitors.chosen().page === page ? "" : page);
    },
  },
};

// Labels grow with the text of the page.
const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const named = (page) => (page ? visitors.plain(page) : visitors.t("(other)"));
const short = (text) => (text.length > LONGEST ? `${text.slice(0, 14)}…${text.slice(-11)}` : text);
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
