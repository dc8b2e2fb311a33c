const MOST_SHOWN = 12;

export default {
  template: `
    <dialog ref="dialog" class="dialog palette" :aria-label="t('Commands')" @close="isOpen = false" @click.self="$refs.dialog.close()">
      <div v-if="isOpen" class="dialog-body">
        <input v-model="typedText" type="text" class="palette-search" role="combobox" :aria-label="t('Find a command')"
            aria-controls="palette-found" aria-expanded="true" :aria-activedescendant="found.length ? 'command-' + at : null"
            autocomplete="off" spellcheck="false" :placeholder="t('Type a command, a page or a country')" autofocus
            @keydown.down.prevent="move(1)" @keydown.up.prevent="move(-1)" @keydown.enter.prevent="run(found[at])" />
        <ul id="palette-found" role="listbox" :aria-label="t('Commands')" class="commands">
          <li v-for="(each, place) in found" :id="'command-' + place" :key="each.title" role="option" class="command"
              :aria-selected="place === at" @pointermove="at = place" @click="run(each)">{{ each.title }}</li>
        </ul>
        <p v-if="!found.length" class="empty" role="status">{{ t("No command like that.") }}</p>
      </div>
    </dialog>`,
  data: () => ({ isOpen: false, typedText: "", at: 0, offered: [] }),
  mounted() {
    this.forget = visitors.offer({ id: "palette", run: this.open });
  },
  unmounted() {
    this.forget();
  },
  computed: {
    found() {
      const words = visitors.folded(this.typedText).split(/\s+/);
      const fits = ({ title, also = "" }) => words.every((word) => visitors.folded(`${title} ${also}`).includes(word));
      return this.offered.filter(fits).slice(0, MOST_SHOWN);
    },
  },
  watch: {
    typedText() {
      this.at = 0;
    },
  },
  methods: {
    async open() {
      Object.assign(this, { offered: visitors.commands(), typedText: "", at: 0, isOpen: true });
      await this.$nextTick();
      this.$refs.dialog.showModal();
    },
    move(by) {
      this.at = (this.at + by + this.found.length) % Math.max(1, this.found.length);
    },
    // The dialog gives the focus back when it closes; the command may move it. It runs when all that
    // belongs to the closing is done: else the palette, opened again at once, is closed by it.
    run(command) {
      if (!command) return;
      this.$refs.dialog.addEventListener("close", () => command.run(), { once: true });
      this.$refs.dialog.close();
    },
  },
};
