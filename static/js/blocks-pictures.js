/* Choose a picture of the library for a picture block: its fields are filled as if they were typed. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor || !window.candidPictures) return;
  // As wide as a block can show it.
  const WIDEST = 536;

  async function ask(item) {
    const found = await window.candidPictures.choose();
    item.focus();
    if (!found) return;
    const said = { src: found.picture.url, alt: found.alt, width: Math.min(found.picture.width, WIDEST) };
    for (const [key, value] of Object.entries(said)) {
      const field = item.querySelector(`[data-key="${key}"]`);
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose-picture]");
    if (button) ask(button.closest(".block"));
  });
})();
