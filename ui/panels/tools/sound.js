// Hz, one after the other: a new visitor, and an alert of each level
const TONES = { visitor: [660, 880], info: [523, 659], warning: [784, 587, 784], milestone: [523, 659, 784] };
const TONE_S = 0.09;
const VOLUME = 0.06;
const GESTURES = ["pointerdown", "keydown"];
const CHOICE = "sound"; // kept in the browser
const REST_S = 0.5; // however many come at once, they are one sound

export default {
  props: { initial: Number },
  template: `
    <button type="button" class="menu-item" :aria-pressed="on" @click="toggle">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 6v4h3l4 3V3L5 6z" />
        <path v-if="on" d="M11 5.5a3.5 3.5 0 0 1 0 5M12.7 3.5a6.4 6.4 0 0 1 0 9" />
        <path v-else d="M11.5 6.5l3 3m0-3l-3 3" />
      </svg>
      {{ label }}
    </button>`,
  data() {
    return { on: localStorage.getItem(CHOICE) === "on", newest: this.initial };
  },
  computed: {
    label() {
      return this.on ? visitors.t("Sound on") : visitors.t("Sound off");
    },
  },
  mounted() {
    this.onAlert = (event) => this.play(event.detail);
    window.addEventListener("visitors:sound", this.onAlert);
    for (const gesture of GESTURES) window.addEventListener(gesture, this.unlock);
    this.forget = visitors.offer({ id: "sound", title: visitors.t("Sound on or off"), run: this.toggle });
  },
  unmounted() {
    window.removeEventListener("visitors:sound", this.onAlert);
    for (const gesture of GESTURES) window.removeEventListener(gesture, this.unlock);
    this.forget();
  },
  methods: {
    show(newest) {
      if (newest > this.newest) this.play("visitor");
      this.newest = newest;
    },
    know(newest) {
      this.newest = newest;
    },
    // Browsers allow sound only after a gesture: any is one, for a choice of an earlier visit.
    unlock() {
      if (!this.on) return;
      this.context ??= new AudioContext();
      this.context.resume();
    },
    toggle() {
      this.on = !this.on;
      localStorage.setItem(CHOICE, this.on ? "on" : "off");
      this.unlock();
      if (this.on) this.play("visitor");
    },
    // A kind may be off by itself (settings.js).
    play(kind) {
      if (!this.on || localStorage.getItem(`sound ${kind}`) === "off") return;
      if (!this.context || this.context.currentTime < (this.restUntil || 0)) return;
      this.restUntil = this.context.currentTime + REST_S;
      TONES[kind].forEach((tone, n) => this.beep(tone, this.context.currentTime + n * TONE_S));
    },
    beep(tone, at) {
      const oscillator = this.context.createOscillator();
      const gain = this.context.createGain();
      oscillator.frequency.value = tone;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(VOLUME, at + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + TONE_S);
      oscillator.connect(gain).connect(this.context.destination);
      oscillator.start(at);
      oscillator.stop(at + TONE_S);
    },
  },
};
