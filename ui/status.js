const BACKOFF = { first: 500, most: 4000, spread: 0.2 }; // milliseconds; doubled from try to try
const GIVE_UP_HOPE_AFTER = 2; // tries until "Reconnecting" is called "Disconnected"; the tries go on

export default {
  props: { initial: Object, clock: Number },
  emits: ["visible"],
  template: `
    <div class="status" :class="state">
      <span class="status-state" role="status"><span class="dot" aria-hidden="true"></span>{{ words }}</span>
      <span class="quiet status-fresh" :title="content.latest_at ? exact(content.latest_at) : ''">{{ freshness }}</span>
    </div>`,
  data() {
    return { content: this.initial, state: "connecting", since: 0, next: 0, now: 0 };
  },
  computed: {
    words() {
      if (this.state === "disconnected") {
        const seconds = Math.max(0, Math.ceil(this.next - Date.now() / 1000));
        return this.now, seconds ? `Disconnected, next try in ${seconds} s` : "Disconnected, trying";
      }
      return { connecting: "Connecting", connected: "Connected", reconnecting: "Reconnecting" }[this.state];
    },
    freshness() {
      this.now;
      if (this.state === "reconnecting" || this.state === "disconnected")
        return `numbers as of ${visitors.time(this.since)}`;
      return this.content.latest_at ? `last event ${visitors.ago(this.content.latest_at)}` : "no event yet";
    },
  },
  mounted() {
    visitors.heard(this.clock);
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
    this.waitForSocket();
    document.addEventListener("visibilitychange", this.seen);
  },
  unmounted() {
    this.stop();
    document.removeEventListener("visibilitychange", this.seen);
  },
  methods: {
    show(content) {
      this.content = content;
    },
    heard(at) {
      visitors.heard(at);
    },
    waitForSocket() {
      if (!window.socket) return setTimeout(this.waitForSocket, 20);
      const manager = window.socket.io;
      manager.reconnectionDelay(BACKOFF.first);
      manager.reconnectionDelayMax(BACKOFF.most);
      manager.randomizationFactor(BACKOFF.spread);
      window.socket.on("connect", () => this.enter("connected"));
      window.socket.on("disconnect", () => this.lost());
      manager.on("reconnect_error", () => this.failed());
      if (window.socket.connected) this.enter("connected");
    },
    enter(state) {
      this.state = state;
      this.tries = 0;
      document.documentElement.classList.toggle("offline", state !== "connected");
    },
    lost() {
      this.since = visitors.now();
      this.enter("reconnecting");
    },
    failed() {
      this.tries += 1;
      const wait = Math.min(BACKOFF.most, BACKOFF.first * 2 ** this.tries);
      this.next = (Date.now() + wait) / 1000;
      if (this.tries >= GIVE_UP_HOPE_AFTER) this.state = "disconnected";
    },
    seen() {
      this.$emit("visible", document.visibilityState === "visible");
    },
    exact: (at) => visitors.exact(at),
  },
};
