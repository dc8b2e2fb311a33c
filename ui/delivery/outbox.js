const SOCKET_COMES_MS = 5;

export default {
  props: { panels: Object }, // the number of each panel's element, by name
  emits: ["behind"],
  template: "<div><slot></slot></div>",
  created() {
    this.number = null; // of the view that is shown
    this.hasAsked = false;
  },
  mounted() {
    this.$nextTick(this.listen); // NiceGUI has opened its socket by then, which hasn't connected yet
  },
  unmounted() {
    window.socket?.off("visitors.view", this.receive);
  },
  methods: {
    listen() {
      if (window.socket) window.socket.on("visitors.view", this.receive);
      else setTimeout(this.listen, SOCKET_COMES_MS);
    },
    // Show a view: the whole of it, or what has changed since another one. A change of a view that
    // isn't shown changes nothing; the whole is asked for once.
    receive({ base, number, calls }) {
      if (base !== null && base !== this.number) {
        if (!this.hasAsked) this.$emit("behind");
        this.hasAsked = true;
        return;
      }
      if (base === null) this.hasAsked = false;
      this.number = number;
      for (const [name, method, content] of calls) runMethod(this.panels[name], method, [content]);
    },
    deliver(calls) {
      for (const [target, method, content] of calls) runMethod(target, method, [content]);
    },
  },
};
