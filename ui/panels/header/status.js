const BACKOFF = { first: 500, most: 4000, spread: 0.2 }; // milliseconds; doubled from try to try
const STALE_AFTER_MS = 5000; // the server sends a beat every second
const NOTE_MS = 8000;
const ASK_CLOCK_MS = [1000, 30_000]; // the first few times, then
const FIRST_TIMES = 4;
const LAST_SEEN = "lastSeen"; // in this tab's storage, so that it outlives a reload
const GIVE_UP_HOPE_AFTER = 2; // tries until "Reconnecting" is called "Disconnected"; the tries go on
const STATES = {
  connecting: visitors.t("Connecting"),
  connected: visitors.t("Connected"),
  reconnecting: visitors.t("Reconnecting"),
  disconnected: visitors.t("Disconnected"),
};

export default {
  props: { initial: Object, clock: Number },
  emits: ["visible", "resume", "ping"],
  template: `
    <div class="status" :class="[state, { stale: stale || refusing }]">
      <span class="status-state"><span class="dot" aria-hidden="true"></span><span><span role="status">{{ words }}</span>{{ nextTry }}</span></span>
      <span class="quiet status-fresh" :title="meter">{{ freshness }}</span>
    </div>`,
  data() {
    return { content: this.initial, state: "connecting", stale: false, refusing: false, note: "", since: 0, next: 0, now: 0 };
  },
  computed: {
    words() {
      if (this.state === "connected" && this.stale) return visitors.t("Stale");
      if (this.state === "connected" && this.refusing) return visitors.t("Not taking events");
      return STATES[this.state];
    },
    // Beside the words, which screen readers speak whenever they change.
    nextTry() {
      if (this.state !== "disconnected") return "";
      const seconds = Math.max(0, Math.ceil(this.next - Date.now() / 1000));
      return this.now, seconds ? visitors.t(", next try in {n} s", { n: seconds }) : visitors.t(", trying");
    },
    // Since when the numbers are old, or null.
    asOf() {
      const isOld = this.stale || this.refusing || ["reconnecting", "disconnected"].includes(this.state);
      return isOld ? this.since : null;
    },
    freshness() {
      this.now;
      if (this.note) return visitors.words(this.note);
      if (this.asOf !== null) return visitors.t("numbers as of {time}", { time: visitors.time(this.asOf) });
      const { latency } = visitors.meter;
      const late = latency === null ? "" : ` · ${inTime(latency)}`;
      const at = this.content.latest_at;
      return at ? visitors.t("last event {age}", { age: visitors.ago(at) }) + late : visitors.t("no event yet");
    },
    // Everything that is known of how fresh the page is.
    meter() {
      this.now;
      const { latency, missed } = visitors.meter;
      const at = this.content.latest_at;
      return [
        at ? visitors.t("Last event: {time}", { time: visitors.exact(at) }) : visitors.t("No event yet"),
        visitors.t("Server to screen: {time}", { time: latency === null ? visitors.t("not measured yet") : inTime(latency) }),
        visitors.t("Frames missed: {n}", { n: missed }),
      ].join("\n");
    },
    // How loudly the page says that its numbers are old.
    alarm() {
      if (this.asOf === null) return null;
      return this.state === "disconnected" ? "red" : "amber";
    },
  },
  watch: {
    alarm(level) {
      visitors.setAlarm(level);
    },
    asOf(at) {
      visitors.setAsOf(at);
    },
  },
  mounted() {
    visitors.setClock(this.clock);
    this.stop = visitors.everySecond(this.tick);
    this.beat(true);
    this.waitForSocket();
    document.addEventListener("visibilitychange", this.seen);
  },
  unmounted() {
    this.stop();
    clearTimeout(this.asking);
    document.removeEventListener("visibilitychange", this.seen);
  },
  methods: {
    show(content) {
      if (content.epoch !== this.content.epoch) this.showNote(visitors.t("the history began anew"));
      this.content = content;
      this.beat(true);
    },
    beat(acceptsEvents) {
      if (!acceptsEvents && !this.refusing) this.since = visitors.now();
      this.refusing = !acceptsEvents;
      this.heardAt = Date.now();
      this.stale = false;
      const seen = { epoch: this.content.epoch, seq: this.content.seq };
      if (this.state === "connected") sessionStorage.setItem(LAST_SEEN, JSON.stringify(seen));
    },
    tick() {
      this.now = visitors.now();
      const silent = Date.now() - this.heardAt > STALE_AFTER_MS;
      if (silent && !this.stale && !document.hidden && this.state === "connected") {
        this.since = this.now - (Date.now() - this.heardAt) / 1000;
        this.stale = true;
        this.note = "";
      }
    },
    // After a reconnect: ask for the number of missed events. A newly loaded page missed none.
    resume() {
      const seen = JSON.parse(sessionStorage.getItem(LAST_SEEN) || "null");
      if (seen) this.$emit("resume", seen);
    },
    // A text, as it is or as the server sends it.
    showNote(note) {
      this.note = note;
      clearTimeout(this.noteTimer);
      this.noteTimer = setTimeout(() => (this.note = ""), NOTE_MS);
    },
    // Ask for the server's time, and again.
    askClock() {
      clearTimeout(this.asking);
      if (this.state !== "connected") return;
      if (!document.hidden) this.$emit("ping", Date.now());
      this.asking = setTimeout(this.askClock, ASK_CLOCK_MS[this.asked > FIRST_TIMES ? 1 : 0]);
    },
    pong({ asked, at }) {
      this.asked = visitors.tuneClock({ at, asked, answered: Date.now() });
    },
    waitForSocket() {
      if (!window.socket) return setTimeout(this.waitForSocket, 20);
      const manager = window.socket.io;
      manager.reconnectionDelay(BACKOFF.first);
      manager.reconnectionDelayMax(BACKOFF.most);
      manager.randomizationFactor(BACKOFF.spread);
      window.socket.on("connect", () => this.found());
      window.socket.on("disconnect", () => this.lost());
      manager.on("reconnect_error", () => this.failed());
      if (window.socket.connected) this.found();
    },
    enter(state) {
      this.state = state;
      this.tries = 0;
      document.documentElement.classList.toggle("offline", state !== "connected");
    },
    found() {
      this.resume();
      if (document.visibilityState === "hidden") this.seen(); // the server takes a tab that connects for a visible one
      this.enter("connected");
      this.beat(true);
      this.askClock();
    },
    // A note on how well the last connection began says nothing any more.
    lost() {
      this.since = visitors.now();
      this.note = "";
      this.enter("reconnecting");
    },
    // The server may be up, and this browser logged out.
    async lookForLogin() {
      const answer = await fetch("/api/analytics/sessions?limit=1").catch(() => null);
      if (answer?.status === 401) location.assign("/login");
    },
    failed() {
      this.lookForLogin();
      this.tries += 1;
      const wait = Math.min(BACKOFF.most, BACKOFF.first * 2 ** this.tries);
      this.next = (Date.now() + wait) / 1000;
      if (this.tries >= GIVE_UP_HOPE_AFTER) this.state = "disconnected";
    },
    seen() {
      this.heardAt = Date.now();
      this.$emit("visible", document.visibilityState === "visible");
    },
  },
};

// A time of less than some seconds.
function inTime(seconds) {
  if (seconds < 0.01) return visitors.t("10 ms or less"); // as exact as the clocks are tuned
  return seconds < 1 ? visitors.t("{n} ms", { n: Math.round(seconds * 1000) }) : visitors.t("{n} s", { n: seconds });
}
