// Panels that cost something only while somebody looks at them.
(() => {
  const EVERY_MS = 2000; // the server makes no newer content (on_request.py)
  const ANSWERED_WITHIN_MS = 10_000; // else the question was lost with its connection

  // A mixin. The panel emits ``ask`` while it is seen, and shows the content that it is answered;
  // ``answer(null)`` means that nothing has changed.
  visitors.Seen = {
    props: { initial: null },
    emits: ["ask"],
    data: () => ({ content: null }),
    created() {
      this.askedAt = 0;
      this.isSeen = false;
    },
    mounted() {
      this.observer = new IntersectionObserver(([entry]) => this.see(entry.isIntersecting));
      this.observer.observe(this.$el);
      this.stopAsking = visitors.everySecond(this.ask);
      window.addEventListener("visitors:chosen", this.askAgain);
      document.addEventListener("visibilitychange", this.ask);
    },
    unmounted() {
      this.observer.disconnect();
      this.stopAsking();
      window.removeEventListener("visitors:chosen", this.askAgain);
      document.removeEventListener("visibilitychange", this.ask);
    },
    methods: {
      see(isSeen) {
        this.isSeen = isSeen;
        this.ask();
      },
      ask() {
        const pause = this.isWaiting ? ANSWERED_WITHIN_MS : EVERY_MS;
        const isRested = Date.now() >= this.askedAt + pause - 50;
        if (!this.isSeen || !isRested || document.visibilityState === "hidden" || visitors.asOf() !== null) return;
        this.isWaiting = true;
        this.askedAt = Date.now();
        this.$emit("ask", this.content !== null);
      },
      // Another filter: the server hears of it first, at most a fifth of a second late.
      askAgain() {
        this.askedAt = this.isWaiting ? this.askedAt : Date.now() - EVERY_MS + 300;
      },
      answer(content) {
        this.isWaiting = false;
        if (content === null) return;
        this.content = Object.freeze(content);
        this.drawn?.();
      },
    },
  };

  // The colour of a token as it looks on the page, in a form that plotly reads. Only an element knows
  // the colours of the system, which may let the ground through.
  const dot = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function hexOf(token) {
    const probe = document.createElement("span");
    probe.style.cssText = `forced-color-adjust: none; color: var(--${token}); background-color: var(--bg)`;
    document.body.append(probe);
    const { color, backgroundColor } = getComputedStyle(probe);
    for (const each of [backgroundColor, color]) {
      dot.fillStyle = each;
      dot.fillRect(0, 0, 1, 1);
    }
    probe.remove();
    const channels = [...dot.getImageData(0, 0, 1, 1).data].slice(0, 3);
    return `#${channels.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
  }

  // A mixin for a plot of plotly.js, which is loaded and drawn when it is first seen. The panel has an
  // element ``plot`` and a method ``figure``, which returns data and layout for its content, or nothing.
  visitors.Plot = {
    mixins: [visitors.Seen],
    props: { plotly: String },
    mounted() {
      this.$el.addEventListener("pointerleave", () => this.isHeld && this.drawn());
      this.theme = new MutationObserver(this.drawn);
      this.theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      this.scheme = matchMedia("(prefers-color-scheme: dark)");
      this.scheme.addEventListener("change", this.drawn);
    },
    unmounted() {
      this.theme.disconnect();
      this.scheme.removeEventListener("change", this.drawn);
      if (this.plot) this.library.purge(this.plot);
    },
    methods: {
      // Of what comes while it draws only the last is drawn. Under the pointer nothing moves.
      async drawn() {
        this.isStale = true;
        this.isHeld = Boolean(this.plot?.matches(":hover"));
        if (this.isHeld) return;
        if (this.isDrawing) return;
        this.isDrawing = true;
        while (this.isStale && this.content && this.$refs.plot) {
          this.isStale = false;
          await this.draw();
        }
        this.isDrawing = false;
      },
      async draw() {
        this.library ??= (await import(this.plotly)).Plotly;
        const figure = this.figure(this.colours());
        const place = this.$refs.plot;
        if (!figure || !place) return; // nothing to draw, or the panel is gone
        const { data, layout, config } = figure;
        // plotly moves the nodes of a Sankey diagram from where they were: drawn anew they stay in order.
        const show = this.isAnew ? this.library.newPlot : this.library.react;
        const all = { autosize: true, margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
        await show(place, data, { ...all, ...layout }, { displayModeBar: false, responsive: true, ...config });
        if (!this.$refs.plot) return this.library.purge(place);
        if (this.plot && !this.isAnew) return;
        this.plot = place;
        this.plot.on("plotly_click", ({ points }) => this.clicked(points[0]));
      },
      colours: () => hexOf,
    },
  };
})();
