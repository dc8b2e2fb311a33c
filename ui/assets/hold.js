// How every list holds still. Its rows keep their places under the pointer, a finger or the focus; it
// says what waits, and lets go after 30 seconds without a movement.
(() => {
  const LIST = ".rows";
  const ITEM = ".rows button";
  const AFTER_TOUCH_MS = 1000; // a tap is followed by its click, a swipe by its momentum
  const POINTER = "pointer";
  const FINGER = "finger";
  const FOCUS = "focus";
  const PAUSE = "pause"; // somebody asked for it: it has no end

  visitors.hold = { restMs: 30_000 };

  // A mixin for panels with rows in an element of class ``rows``, which is one tab stop: arrow keys
  // move among its buttons. The panel has a method ``release``, which shows what waits.
  visitors.Steady = {
    data: () => ({ held: false, paused: false }),
    created() {
      this.grips = new Set();
    },
    mounted() {
      const on = (type, handle, options) => this.$el.addEventListener(type, handle, options);
      on("pointermove", this.pointed);
      on("pointerleave", () => this.drop(POINTER));
      on("wheel", this.wheeled, { passive: true });
      on("touchstart", this.touched, { passive: true });
      on("touchmove", this.touched, { passive: true });
      on("touchend", this.lifted);
      on("touchcancel", this.lifted);
      on("focusin", this.focusCame);
      on("focusout", this.focusWent);
      on("keydown", this.pressed);
      this.stopHolding = visitors.everySecond(this.rest);
    },
    unmounted() {
      this.stopHolding();
      clearTimeout(this.lifting);
    },
    // The browser takes the focus from an element that is moved or removed: give it back.
    beforeUpdate() {
      this.updating = true;
      this.focused = this.hasFocus() ? document.activeElement : null;
    },
    updated() {
      const lost = this.focused && document.activeElement === document.body;
      if (lost) this.place(this.focused).focus({ preventScroll: true });
      this.updating = false;
    },
    methods: {
      grab(by) {
        this.grips.add(by);
        this.movedAt = Date.now();
        this.held = true;
      },
      drop(by) {
        if (this.grips.delete(by) && !this.grips.size) this.letGo();
      },
      letGo() {
        this.grips.clear();
        this.paused = false;
        if (!this.held) return;
        this.held = false;
        this.release();
      },
      pause() {
        this.paused = !this.paused;
        if (this.paused) this.grab(PAUSE);
        else this.letGo();
      },
      rest() {
        if (this.held && !this.paused && Date.now() - this.movedAt > visitors.hold.restMs) this.letGo();
      },
      hasFocus() {
        return this.$el?.contains(document.activeElement) ?? false;
      },
      // Whether the focus is on a row, whose element then must not become another row's.
      isRowFocused() {
        return this.hasFocus() && document.activeElement.matches(ITEM);
      },
      // Where the focus goes: to the element, or to the list if that is gone.
      place(element) {
        return element.isConnected ? element : (this.$el.querySelector(LIST) ?? this.$el);
      },
      // Browsers also report a pointer that rests while rows move below it.
      pointed({ pointerType, screenX, screenY, target }) {
        const position = `${screenX} ${screenY}`;
        if (pointerType === "touch" || position === this.position) return;
        this.position = position;
        if (target.closest(LIST) || this.grips.has(POINTER)) this.grab(POINTER);
      },
      wheeled({ target }) {
        if (target.closest(LIST)) this.grab(POINTER);
      },
      touched({ target }) {
        clearTimeout(this.lifting);
        if (target.closest(LIST)) this.grab(FINGER);
      },
      lifted({ touches }) {
        if (!touches.length) this.lifting = setTimeout(() => this.drop(FINGER), AFTER_TOUCH_MS);
      },
      // A focus that doesn't show is what a click has left behind: it holds nothing.
      focusCame({ target }) {
        if (!this.updating && target.closest(LIST) && target.matches(":focus-visible")) this.grab(FOCUS);
      },
      focusWent({ relatedTarget }) {
        if (!this.updating && !this.$el.contains(relatedTarget)) this.drop(FOCUS);
      },
      pressed(event) {
        if (!event.target.closest(LIST)) return;
        this.grab(FOCUS);
        const items = [...this.$el.querySelectorAll(ITEM)];
        const at = items.indexOf(document.activeElement);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
        if (!items[to]) return; // the browser scrolls
        event.preventDefault();
        items[to].focus();
      },
    },
  };
})();
