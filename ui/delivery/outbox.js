const SOCKET_COMES_MS = 5;
const ASK_AGAIN_MS = 1000;

export default {
  props: { panels: Object }, // the number of each panel's element, by name
  emits: ["behind"],
  template: "<div><slot></slot></div>",
  created() {
    this.number = null; // of the view that is shown
    this.askedAt = 0;
  },
  mounted() {
    window.addEventListener("visitors:behind", this.askNow);
    this.$nextTick(this.listen); // NiceGUI has opened its socket by then, which hasn't connected yet
  },
  unmounted() {
    window.removeEventListener("visitors:behind", this.askNow);
    window.socket?.off("visitors.view", this.receive);
  },
  methods: {
    listen() {
      if (window.socket) window.socket.on("visitors.view", this.receive);
      else setTimeout(this.listen, SOCKET_COMES_MS);
    },
    // Show a view: the whole of it, or what has changed since another one. A change of a view that
    // isn't shown changes nothing.
    receive({ base, number, at, calls }) {
      if (base !== null && base !== this.number) return this.askForAll();
      const isNews = base !== null && base !== number;
      this.number = number;
      for (const [name, method, content] of calls) runMethod(this.panels[name], method, [content]);
      if (isNews && visitors.isTuned()) this.measure(at);
    },
    // From the making of a view until after the frame that shows it. A whole view may be older than
    // the wish to see it, and says nothing.
    measure(at) {
      requestAnimationFrame(() => setTimeout(() => (visitors.meter.latency = Math.max(0, visitors.now() - at))));
    },
    askForAll() {
      visitors.meter.missed += 1;
      if (Date.now() - this.askedAt < ASK_AGAIN_MS) return;
      this.askedAt = Date.now();
      this.$emit("behind");
    },
    // A panel is there again, without what came meanwhile.
    askNow() {
      this.$emit("behind");
    },
    // A panel that its viewer hides takes no calls (runMethod).
    deliver(calls) {
      for (const [target, method, content] of calls) runMethod(target, method, [content]);
    },
  },
};
