/* Blocks that a template's author locked: shown as such, and held in their place.
   `campaigns/composing/blocks/locking.py` holds what is saved to the same rules. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor || !window.candidBlocks) return;
  const held = "held" in editor.dataset;
  const body = document.getElementById("id_body");
  const status = editor.querySelector("[data-say]");

  window.candidBlocks.DECORATORS.push((item) => {
    item.dataset.lock = item.block.lock || "";
    item.inert = held && item.block.lock === "all";
  });
  if (!held) return;

  /** Give the locked blocks of a document in order, and null for each run of others. */
  function skeleton(source) {
    let blocks = [];
    try {
      blocks = JSON.parse(source).blocks || [];
    } catch {
      return [];
    }
    const kinds = blocks.map((block) => (block.lock ? `${block.lock} ${block.type}` : null));
    return kinds.filter((kind, at) => kind || !at || kinds[at - 1]);
  }

  function holds(old, now) {
    let at = 0;
    for (const kind of old) {
      if (kind === null) at += now[at] === null;
      else if (now[at] !== kind) return false;
      else at += 1;
    }
    return at === now.length;
  }

  const began = skeleton(body.value);
  if (!began.some(Boolean)) return;
  if (began.some((kind) => kind?.startsWith("all"))) {
    for (const field of editor.querySelectorAll("[data-style] :is(input, select, button)")) field.disabled = true;
  }

  let over = 0;

  /** Say that something is locked, to ears and to eyes. */
  function refuse() {
    status.textContent = editor.dataset.held;
    status.classList.replace("visually-hidden", "blocks-refusal");
    clearTimeout(over);
    over = setTimeout(() => status.classList.replace("blocks-refusal", "visually-hidden"), 6000);
  }

  // A block that is locked whole takes no press; its place does, and says why.
  editor.addEventListener("click", (event) => {
    if (!event.target.matches(".blocks-canvas")) return;
    const rows = [...event.target.querySelectorAll(':scope > [data-lock="all"]')].map((one) => one.getBoundingClientRect());
    if (rows.some(({ top, bottom }) => event.clientY >= top && event.clientY <= bottom)) refuse();
  });

  // What does not hold is undone at once, and said.
  body.addEventListener("input", () => {
    if (holds(began, skeleton(body.value))) return;
    queueMicrotask(() => {
      editor.querySelector("[data-history=undo]").click();
      refuse();
    });
  });
})();
