const NAMES = {
  system: visitors.tc("theme", "system"),
  light: visitors.tc("theme", "light"),
  dark: visitors.tc("theme", "dark"),
};

export default {
  template: `
    <button type="button" class="menu-item" @click="next">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" />
        <path v-if="theme !== 'light'" d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="filled" />
        <path v-if="theme === 'dark'" d="M8 2.5a5.5 5.5 0 0 0 0 11z" class="filled" />
      </svg>
      {{ label }}
    </button>`,
  data() {
    return { theme: visitors.theme() };
  },
  computed: {
    label() {
      return visitors.t("Theme: {name}", { name: NAMES[this.theme] });
    },
  },
  mounted() {
    window.addEventListener("visitors:theme", this.read);
    this.forget = visitors.offer({ id: "theme", title: visitors.t("Change the theme"), run: this.next });
  },
  unmounted() {
    window.removeEventListener("visitors:theme", this.read);
    this.forget();
  },
  methods: {
    next() {
      visitors.nextTheme();
    },
    read() {
      this.theme = visitors.theme();
    },
  },
};
