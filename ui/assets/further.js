// The names of a top list beyond those that every page is sent: asked for when somebody scrolls to
// them, counted anew while they are seen.
(() => {
  const { OTHER } = visitors;
  const DEPTH = "depth"; // what holds a list that was scrolled to them
  const NEAR = 2; // heights of the list before its end
  const ANSWERED_WITHIN_MS = 10_000; // else the question was lost with its connection
  const COUNT_EVERY_MS = 2000;

  // A mixin for panels that hold still (hold.js). The panel has ``rows`` as they were sent, with a row
  // of all others at their end, a dimension and a period; it shows ``all``.
  visitors.Further = {
    emits: ["more", "count"],
    data: () => ({ deep: [], others: 0 }),
    created() {
      Object.assign(this, { cursor: null, isAtEnd: false, isOld: false, askedAt: 0, countedAt: 0 });
    },
    mounted() {
      this.stopCounting = visitors.everySecond(this.countAnew);
    },
    unmounted() {
      this.stopCounting();
    },
    computed: {
      all() {
        if (!this.deep.length) return this.rows;
        const sent = this.rows.filter(({ name }) => name !== OTHER);
        const known = new Set(sent.map(({ name }) => name));
        const others = this.others > 0 ? [Object.freeze({ ...this.row([OTHER, this.others]), share: 0 })] : [];
        return [...sent, ...this.deep.filter(({ name }) => !known.has(name)), ...others];
      },
    },
    methods: {
      which() {
        return { dimension: this.dimension.name, period: this.period };
      },
      isAbout({ dimension, period }) {
        return dimension === this.dimension.name && period === this.period;
      },
      row([name, count]) {
        const largest = Math.max(1, ...this.rows.filter((each) => each.name !== OTHER).map((each) => each.count));
        return Object.freeze({ name, count, change: null, share: Math.min(1, count / largest) });
      },
      forgetFurther() {
        if (this.deep.length) this.$el.querySelector(".rows")?.scrollTo(0, 0);
        Object.assign(this, { deep: [], others: 0, cursor: null, isAtEnd: false, isAsking: false });
      },
      // Scrolled to further names, the list holds still.
      scrolled({ currentTarget: list }) {
        if (list.scrollTop + NEAR * list.clientHeight > list.scrollHeight) this.askFurther();
        const isDeep = list.scrollTop > (this.deep.length || this.isAsking ? 0 : list.clientHeight);
        if (isDeep) this.grab(DEPTH);
        else this.drop(DEPTH);
      },
      askFurther() {
        const isWaiting = this.isAsking && Date.now() < this.askedAt + ANSWERED_WITHIN_MS;
        if (isWaiting || this.isAtEnd || this.typedText || !this.rows.some(({ name }) => name === OTHER)) return;
        Object.assign(this, { isAsking: true, askedAt: Date.now() });
        this.$emit("more", { ...this.which(), after: this.cursor });
      },
      // The names after a cursor.
      extend({ after, rows, rest, cursor, ...which }) {
        if (!this.isAsking || !this.isAbout(which) || String(after) !== String(this.cursor)) return;
        const known = new Set(this.deep.map(({ name }) => name));
        const news = rows.filter(([name]) => !known.has(name));
        Object.assign(this, { cursor, others: rest, isAsking: false, isAtEnd: cursor === null });
        this.deep = [...this.deep, ...news.map(this.row)];
      },
      // The further rows that are seen, if anything has changed.
      countAnew() {
        const isTime = this.isOld && Date.now() >= this.countedAt + COUNT_EVERY_MS;
        if (!this.deep.length || !isTime || document.visibilityState === "hidden" || visitors.asOf() !== null) return;
        const names = this.seenNames();
        if (!names.length) return;
        Object.assign(this, { isOld: false, countedAt: Date.now() });
        this.$emit("count", { ...this.which(), names });
      },
      seenNames() {
        const list = this.$el.querySelector(".rows");
        const { top, bottom } = list.getBoundingClientRect();
        const isSeen = (row) => row.bottom > Math.max(0, top) && row.top < Math.min(innerHeight, bottom);
        const further = new Set(this.deep.map(({ name }) => name));
        const names = this.found.filter((row, place) => isSeen(list.children[place].getBoundingClientRect()));
        return names.map(({ name }) => name).filter((name) => further.has(name));
      },
      recount({ rows, ...which }) {
        if (!this.isAbout(which)) return;
        const counts = new Map(rows);
        this.deep = this.deep.map((row) => (counts.has(row.name) ? this.row([row.name, counts.get(row.name)]) : row));
      },
    },
  };
})();
