export default {
  template: `
    <form method="post" action="/logout" ref="form">
      <button type="submit" class="menu-item">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3H3v10h3M10 5l3 3-3 3M13 8H6" /></svg>
        {{ t("Log out") }}
      </button>
    </form>`,
  mounted() {
    this.forget = visitors.offer({ id: "logout", title: visitors.t("Log out"), run: () => this.$refs.form.submit() });
  },
  unmounted() {
    this.forget();
  },
};
