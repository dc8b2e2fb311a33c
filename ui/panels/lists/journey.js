const NOT_KNOWN = "–";

export default {
  components: { PathText: visitors.Path },
  props: { initial: Object },
  emits: ["close"],
  template: `
    <dialog ref="dialog" class="dialog journey" aria-labelledby="journey-title" @close="closed"
        @click.self="$refs.dialog.close()">
      <div v-if="content" class="dialog-body">
        <header class="panel-head">
          <h2 id="journey-title">{{ t("Journey of") }} <path-text :text="content.id" /></h2>
          <button type="button" class="copy shown" :aria-label="t('Copy {text}', { text: content.id })" @click="copy(content.id)">{{ t("copy") }}</button>
          <button type="button" class="icon-button" :aria-label="t('Close')" autofocus @click="$refs.dialog.close()">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </header>
        <p v-if="content.gone" class="empty">{{ t("This session is no longer kept.") }}</p>
        <template v-else>
          <dl class="facts">
            <div><dt>{{ t("State") }}</dt><dd>{{ state }}</dd></div>
            <div><dt>{{ t("Duration") }}</dt><dd>{{ long }}</dd></div>
            <div v-if="content.engaged"><dt>{{ t("Engaged") }}</dt><dd>{{ spent(content.engaged) }}</dd></div>
            <div><dt>{{ t("Started") }}</dt><dd :title="exact(content.started)">{{ time(content.started) }}</dd></div>
            <div><dt>{{ t("Country") }}</dt><dd><bdi :data-flag="flag(content.country)">{{ country(content.country) }}</bdi></dd></div>
            <div><dt>{{ t("Device") }}</dt><dd><bdi>{{ plain(content.device) || t("Unknown") }}</bdi></dd></div>
            <div><dt>{{ t("Came from") }}</dt><dd><bdi>{{ plain(content.referrer) || t("Unknown") }}</bdi></dd></div>
          </dl>
          <p v-if="content.cut" class="quiet">{{ t("The newest {n} of {all} events:", { n: content.events - content.cut, all: content.events }) }}</p>
          <ol class="stops" tabindex="0" :aria-label="t('Pages in the order they were seen')">
            <li v-for="(stop, index) in content.stops" :key="index" class="stop"
                :class="{ here: !content.ended && !old && index === content.stops.length - 1 }">
              <time class="quiet" :title="exact(stop.at)">{{ time(stop.at) }}</time>
              <div>
                <span class="stop-page"><path-text :text="stop.page || t('no page')" copy /></span>
                <span v-for="(act, n) in stop.acts" :key="n" class="act">
                  <span class="glyph" :class="act.type" aria-hidden="true">{{ glyph(act) }}</span>
                  {{ word(act) }} <bdi>{{ plain(act.label) }}</bdi>
                </span>
              </div>
              <span class="stay">{{ stayed(stop) }}</span>
            </li>
          </ol>
        </template>
      </div>
    </dialog>`,
  data() {
    return { content: this.initial, now: 0 };
  },
  mounted() {
    this.stop = visitors.everySecond(() => (this.now = visitors.now()));
  },
  unmounted() {
    this.stop();
  },
  computed: {
    // When the numbers are from, while they are old.
    old() {
      const at = visitors.asOf();
      return this.now, at === null ? "" : visitors.minute(at);
    },
    state() {
      if (this.content.ended) return { timeout: visitors.t("ended by timeout"), left: visitors.tc("visit", "left") }[this.content.ended] ?? visitors.t("ended");
      const state = visitors.known() >= this.content.idle_at ? visitors.tc("session", "idle") : visitors.tc("session", "active");
      return this.now, this.old ? visitors.t("{state} at {time}", { state, time: this.old }) : state;
    },
    // A visit of one moment is as long as it is here; how long it was isn't known once it has ended.
    long() {
      const { duration, ended, at } = this.content;
      if (ended && !duration) return NOT_KNOWN;
      return this.now, visitors.duration(duration || visitors.known() - at);
    },
  },
  methods: {
    spent: (seconds) => visitors.duration(seconds),
    // The focus is on the row that opens it, in the feed or among the sessions.
    async open(content) {
      const row = document.activeElement;
      this.list = row.closest(".panel");
      this.row = row.dataset.id;
      this.content = content;
      await this.$nextTick();
      this.$refs.dialog.showModal();
    },
    // An update that arrives after the dialog was closed doesn't open it again.
    show(content) {
      if (this.$refs.dialog.open) this.content = content;
    },
    // The browser has given the focus back, and somebody may have gone on from there. The element
    // that had it may be gone by now: then the focus goes to the row, or to the list.
    closed() {
      const row = this.row && this.list?.querySelector(`[data-id="${CSS.escape(this.row)}"]`);
      const focused = document.activeElement;
      const isLost = focused === document.body || this.$refs.dialog.contains(focused);
      if (isLost) (row || this.list?.querySelector(".rows"))?.focus({ preventScroll: true });
      this.content = null;
      this.$emit("close");
    },
    // How long a page was seen.
    stayed({ stay }) {
      if (stay !== null) return visitors.duration(stay);
      if (this.content.ended) return NOT_KNOWN;
      return this.old ? visitors.t("here at {time}", { time: this.old }) : visitors.tc("page", "here now");
    },
    country: (name) => visitors.country(name),
    flag: (name) => visitors.flag(name),
    exact: (at) => visitors.exact(at),
    time: (at) => visitors.time(at),
    glyph: (act) => visitors.glyph(act.type),
    word: (act) => visitors.word(act.type),
    plain: (text) => visitors.plain(text),
    copy: (text) => visitors.copy(text),
  },
};
