export default {
  template: `
    <form method="post" action="/logout">
      <button type="submit" class="icon-button" aria-label="Log out" title="Log out">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3H3v10h3M10 5l3 3-3 3M13 8H6" /></svg>
      </button>
    </form>`,
};
