/* Pictures in blocks: chosen from the library, or dropped or pasted, as a file or out of the library. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor || !window.candidPictures) return;
  const { choose, sources } = window.candidPictures;
  const canvas = editor.querySelector(".blocks-canvas");
  // As wide as a block can show it.
  const WIDEST = 536;

  const isBlocks = () => editor.closest("[data-format]").dataset.format === "blocks";
  const isPicture = (item) => item?.dataset.kind === "image";
  const said = ({ picture, alt }) => ({ src: picture.url, alt, width: Math.min(picture.width, WIDEST) });

  /** Fill the fields of a picture block as if they were typed. */
  function fill(item, found) {
    for (const [key, value] of Object.entries(said(found))) {
      const field = item.querySelector(`[data-key="${key}"]`);
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** Ask what the picture shows, and put it into this block, or into a new one after it. */
  async function ask(item, brought = []) {
    const found = await choose(brought);
    item?.focus();
    if (!found) return;
    if (isPicture(item)) return fill(item, found);
    const block = { type: "image", ...window.candidBlocks.DEFAULTS.image(), ...said(found) };
    editor.dispatchEvent(new CustomEvent("blocks:insert", { detail: block }));
  }

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose-picture]");
    if (button) ask(button.closest(".block"));
  });

  function take(event, item, brought) {
    if (!brought.length) return;
    event.preventDefault();
    // Nor do words take what it says of itself.
    event.stopPropagation();
    ask(item, brought);
  }

  // Wherever the cursor is, but for fields elsewhere; first, since words take what is pasted, too.
  document.addEventListener(
    "paste",
    (event) => {
      const elsewhere = event.target.closest("dialog, input, textarea, [contenteditable]");
      if (!isBlocks() || (elsewhere && !editor.contains(elsewhere))) return;
      take(event, canvas.querySelector(".block.is-chosen"), sources(event.clipboardData));
    },
    true,
  );

  const brings = (event) => event.dataTransfer.types.some((type) => ["Files", "text/uri-list"].includes(type));
  canvas.addEventListener("dragover", (event) => brings(event) && event.preventDefault());
  canvas.addEventListener("drop", (event) => brings(event) && take(event, event.target.closest(".block"), sources(event.dataTransfer, { dropped: true })), true);
})();
