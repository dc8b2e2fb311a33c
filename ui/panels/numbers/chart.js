const PLOTLY_LOADS_MS = 50;
const REST_MS = 1000; // drawing more often shows nothing and keeps the page busy
const UNSEEN_REST_MS = 5000; // where the line would move by less than a pixel
const KIND = "chart"; // in this browser
const KINDS = [
  { key: "here", title: visitors.t("30 min"), full: visitors.t("People here, 30 min") },
  { key: "minutes", title: visitors.t("Per minute"), full: visitors.t("Visitors per minute, 10 min") },
];
const SHOWN = { here: ["now", "points", "usual", "marks"], minutes: ["minutes"] };
const LENGTH_S = 1800;
const STEP_S = 10;
const NARROW = 420; // pixels: half of the words at the axis

export default {
  props: { initial: Object, plot: Number, hasOneKind: Boolean },
  template: `
    <div class="chart" :class="'chart-' + kind.key">
      <div class="chart-head">
        <h2 class="chart-title">{{ kind.full }}</h2>
        <div v-if="!hasOneKind" class="switch" role="group" :aria-label="t('Chart')">
          <button v-for="each in kinds" :key="each.key" type="button" :aria-pressed="each === kind"
              @click="choose(each)">{{ each.title }}</button>
        </div>
      </div>
      <div class="plot" role="img" :aria-label="label"><slot></slot></div>
    </div>`,
  data() {
    const stored = KINDS.find(({ key }) => key === localStorage.getItem(KIND));
    return { content: Object.freeze({ ...this.initial }), kinds: KINDS, kind: (!this.hasOneKind && stored) || KINDS[0] };
  },
  mounted() {
    this.waiting = setTimeout(this.draw); // the page is mounted by then
  },
  unmounted() {
    clearTimeout(this.waiting);
  },
  computed: {
    label() {
      return this.kind.key === "here" ? hereLabel(this.content) : minutesLabel(this.content);
    },
  },
  methods: {
    show(content) {
      this.content = Object.freeze(content);
      this.plan();
    },
    // What has changed: of the points those that came at the end, those before "since" have gone.
    change({ since, ...changed }) {
      const { points } = this.content;
      if (since !== undefined) changed.points = [...points.filter(([at]) => at >= since), ...changed.points];
      this.show({ ...this.content, ...changed });
    },
    choose(kind) {
      this.kind = kind;
      localStorage.setItem(KIND, kind.key);
      this.draw();
    },
    // A kind that is hidden is not drawn, nor what has not changed.
    plan() {
      const changed = SHOWN[this.kind.key].filter((key) => this.content[key] !== this.drawn?.[key]);
      if (!changed.length) return;
      const rest = changed.length > 1 || changed[0] !== "now" || this.isSeen() ? REST_MS : UNSEEN_REST_MS;
      const wait = (this.drawnAt ?? 0) + rest - Date.now();
      clearTimeout(this.waiting);
      if (wait > 0) this.waiting = setTimeout(this.draw, wait);
      else this.draw();
    },
    isSeen() {
      return Math.abs((this.content.now ?? 0) - (this.drawn?.now ?? 0)) * this.pixels >= 1;
    },
    draw() {
      clearTimeout(this.waiting);
      const plot = getElement(this.plot);
      if (!plot?.last_options) return (this.waiting = setTimeout(this.draw, PLOTLY_LOADS_MS));
      const { clientWidth, clientHeight } = plot.$el;
      const figure = this.kind.key === "here" ? hereFigure(this.content, clientWidth) : minutesFigure(this.content);
      plot.Plotly.react(plot.$el, figure.data, figure.layout, { displayModeBar: false, responsive: true });
      Object.assign(this, { drawn: this.content, drawnAt: Date.now(), pixels: clientHeight / figure.layout.yaxis.range[1] });
    },
  },
};

const numbers = (points) => points.map(([, people]) => people).filter((people) => people !== null);
const said = (number) => (number === null ? visitors.t("not known") : visitors.count(number));
const rounded = (number) => visitors.count(Math.round(number));
// A text as plotly shows it: it reads some HTML.
const escaped = (text) => visitors.plain(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function hereLabel({ now, points, usual }) {
  const known = numbers(points);
  const least = Math.min(...known, now ?? Infinity);
  const most = Math.max(...known, now ?? 0);
  const words = [visitors.t("People here over 30 minutes: {n} now", { n: said(now) })];
  if (known.length) words.push(visitors.t("between {least} and {most}", { least, most }));
  const last = usual.at(-1);
  if (last) words.push(visitors.t("usual now {low} to {high}", { low: rounded(last[1]), high: rounded(last[2]) }));
  return words.join(", ");
}

function minutesLabel({ minutes }) {
  const numbers = minutes.map(said).join(", ");
  return visitors.t("Visitors per minute over the last 10 minutes, oldest first: {numbers}", { numbers });
}

// Lengths grow with the text of the page.
function common(layout) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const { l, r, t, b } = layout.margin;
  return {
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12 * rem },
    hoverlabel: { font: { family: "system-ui, sans-serif", size: 12 * rem } },
    separators: ".\u202f",
    showlegend: false,
    dragmode: false,
    ...layout,
    margin: { l: l * rem, r: r * rem, t: t * rem, b: b * rem },
  };
}

// The step of at most three lines up to a number: 1, 2 or 5 with zeros.
function stepOf(most) {
  const ten = 10 ** Math.floor(Math.log10(most / 3));
  return Math.max(1, [1, 2, 5, 10].map((each) => each * ten).find((each) => most / each <= 3.5));
}

function hereFigure({ now, points, usual, marks }, width) {
  const last = points.at(-1)?.[0] ?? Math.floor(visitors.now() / STEP_S) * STEP_S;
  const end = last + STEP_S;
  const start = end - LENGTH_S;
  const all = now === null ? points : [...points, [end, now]];
  const byMinute = new Map(usual.map(([at, low, high]) => [at, visitors.t("usual {low}–{high}", { low: rounded(low), high: rounded(high) })]));
  const words = ([at, people]) =>
    [visitors.time(at), people === null ? "" : visitors.tn("1 person", "{n} people", people), byMinute.get(at - (at % 60))]
      .filter(Boolean)
      .join(" · ");
  const most = Math.max(4, ...numbers(all), ...usual.map(([, , high]) => high));
  const tick = width < NARROW ? 600 : 300;
  const first = Math.ceil(start / tick) * tick;
  const ticks = Array.from({ length: Math.floor((end - first) / tick) + 1 }, (_, place) => first + place * tick);
  return {
    data: [
      bandTrace(usual, end),
      {
        ...{ uid: "here", type: "scatter", mode: "lines", line: { width: 2 } },
        ...{ x: all.map(([at]) => at), y: all.map(([, people]) => people), text: all.map(words) },
        hovertemplate: "%{text}<extra></extra>",
      },
      {
        ...{ uid: "end", type: "scatter", mode: "markers", marker: { size: 7 }, cliponaxis: false, hoverinfo: "skip" },
        ...{ x: [end], y: [now] },
      },
      markTrace(marks, all),
    ],
    layout: common({
      margin: { l: 36, r: 10, t: 8, b: 22 },
      hovermode: "x",
      xaxis: {
        ...{ range: [start, end], tickvals: ticks, ticktext: ticks.map(visitors.minute), tickangle: 0, fixedrange: true },
        ...{ showgrid: false, zeroline: false, showline: true, ticklabeloverflow: "hide past div" },
      },
      yaxis: { range: [0, most * 1.08], dtick: stepOf(most), tick0: 0, tickformat: ",d", fixedrange: true, zeroline: false },
    }),
  };
}

// The usual as one shape: its upper edge, then its lower one back. A new one after each gap.
function bandTrace(usual, end) {
  const x = [];
  const y = [];
  const close = (run) => {
    if (!run.length) return;
    const [at, low, high] = run.at(-1);
    const edge = [...run, [Math.min(at + 60, end), low, high]];
    x.push(...edge.map(([at]) => at), ...edge.map(([at]) => at).reverse(), null);
    y.push(...edge.map(([, , high]) => high), ...edge.map(([, low]) => low).reverse(), null);
  };
  let run = [];
  for (const each of usual) {
    if (run.length && each[0] - run.at(-1)[0] > 60) {
      close(run);
      run = [];
    }
    run.push(each);
  }
  close(run);
  return { uid: "usual", type: "scatter", mode: "lines", line: { width: 0 }, fill: "toself", hoverinfo: "skip", x, y };
}

// Alerts stand on the line.
function markTrace(marks, points) {
  const people = (at) => points.findLast(([each]) => each <= at)?.[1] ?? points[0]?.[1] ?? 0;
  return {
    ...{ uid: "marks", type: "scatter", mode: "markers", marker: { size: 10, symbol: "diamond" }, cliponaxis: false },
    ...{ x: marks.map(([at]) => at), y: marks.map(([at]) => people(at)) },
    text: marks.map(([at, text]) => `${visitors.time(at)} · ${escaped(visitors.words(text))}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

// The running minute is lighter, because it isn't over.
function minutesFigure({ minutes }) {
  const last = minutes.length - 1;
  return {
    data: [
      {
        ...{ uid: "minutes", type: "bar", x: minutes.map((_, place) => place - last), y: minutes },
        ...{ text: minutes.map((number) => (number ? visitors.count(number) : "")), textposition: "outside" },
        ...{ constraintext: "none", cliponaxis: false, hovertemplate: `${visitors.t("Visitors: {n}", { n: "%{y:,}" })}<extra></extra>` },
        marker: { opacity: minutes.map((_, place) => (place === last ? 0.45 : 1)) },
      },
    ],
    layout: common({
      margin: { l: 28, r: 28, t: 20, b: 22 },
      hovermode: "closest",
      bargap: 0.25,
      xaxis: {
        ...{ tickvals: [-last, -4, 0], ticktext: [...[last, 4].map((n) => visitors.t("{n} min ago", { n })), visitors.t("this minute")], tickangle: 0, fixedrange: true },
        ...{ range: [-last - 0.5, 0.5], showgrid: false, zeroline: false, showline: true, ticklabeloverflow: "allow" },
      },
      yaxis: { visible: false, fixedrange: true, range: [0, Math.max(4, ...minutes) * 1.05] },
    }),
  };
}
