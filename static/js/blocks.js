/* The block editor: its list of blocks is the mail, and the form's body its JSON. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor) return;
  const { clean, nodes, address } = window.candidText;
  const { DEFAULTS, drawn, fill, list, read, readItem } = window.candidBlocks;
  const form = document.getElementById("compose");
  const body = document.getElementById("id_body");
  const canvas = editor.querySelector(".blocks-canvas");
  const look = editor.querySelector("[data-style]");
  const status = editor.querySelector("[data-say]");
  let style = {};

  const isBlocks = () => document.querySelector(".writing").dataset.format === "blocks";

  // --- From the page to JSON and back -----------------------------------------------------

  const written = () => JSON.stringify({ version: 1, style, blocks: read(canvas) });

  function show(source) {
    let found;
    try {
      found = JSON.parse(source);
    } catch {
      found = {};
    }
    style = { ...DEFAULTS.style, ...found.style };
    for (const field of look.querySelectorAll("[data-key]")) field.value = style[field.dataset.key];
    paint();
    canvas.replaceChildren(...(found.blocks || []).map(make));
  }

  function paint() {
    for (const [name, value] of Object.entries(style)) canvas.style.setProperty(`--mail-${name}`, value);
    canvas.dataset.font = style.font;
  }

  // --- One block ----------------------------------------------------------------------------

  function make(block) {
    const item = document.getElementById("block").content.firstElementChild.cloneNode(true);
    const kind = document.getElementById(`block-${block.type}`);
    const { columns, blocks, ...facts } = block;
    item.block = facts;
    item.dataset.kind = block.type;
    item.setAttribute("aria-label", kind.dataset.name);
    item.querySelector(".block-kind").textContent = kind.dataset.name;
    const settings = item.querySelector(".blocks-settings");
    settings.append(kind.content.cloneNode(true));
    if ("align" in kind.dataset) settings.append(document.getElementById("block-align").content.cloneNode(true));
    fill(item, settings, columns);
    const face = item.querySelector(".block-face");
    if (block.type === "columns") face.append(...columns.map(inner(kind)));
    else if (block.type === "condition") face.append(inner(kind)(blocks));
    item.querySelector(".block-write").hidden = block.type !== "text";
    draw(item);
    return item;
  }

  const inner = (kind) => (blocks) => {
    const ol = document.createElement("ol");
    ol.className = "blocks-list";
    ol.dataset.empty = kind.dataset.words;
    ol.append(...blocks.map(make));
    sortable(ol);
    return ol;
  };

  function draw(item) {
    const kind = document.getElementById(`block-${item.block.type}`);
    drawn(item, kind.dataset.words, nodes);
    const test = item.querySelector("[data-when-test]");
    if (test) test.hidden = !test.dataset.whenTest.split(" ").includes(item.block.test);
  }

  // --- Saving, undo and redo -------------------------------------------------------------------

  let past = [];
  let future = [];
  let now = "";
  let typedAt = 0;

  /** Tell the form; `typing` joins with what was typed a moment ago into one step. */
  function changed({ typing = false } = {}) {
    const next = written();
    if (next === now) return;
    if (!typing || Date.now() - typedAt > 1000) {
      past.push(now);
      if (past.length > 200) past.shift();
    }
    typedAt = typing ? Date.now() : 0;
    future = [];
    tell(next);
  }

  function tell(next) {
    now = next;
    body.value = next;
    body.dispatchEvent(new Event("input", { bubbles: true }));
    offer();
  }

  function offer() {
    editor.querySelector("[data-history=undo]").disabled = !past.length;
    editor.querySelector("[data-history=redo]").disabled = !future.length;
  }

  function travel(from, to) {
    if (!from.length) return;
    to.push(now);
    const next = from.pop();
    const place = [...canvas.querySelectorAll(".block")].indexOf(document.activeElement.closest?.(".block"));
    show(next);
    typedAt = 0;
    tell(next);
    [...canvas.querySelectorAll(".block")].at(place)?.focus();
  }

  // --- Adding and moving ------------------------------------------------------------------------

  const chosen = () => canvas.querySelector(".block.is-chosen");

  function choose(item) {
    chosen()?.classList.remove("is-chosen");
    item?.classList.add("is-chosen");
  }

  function fresh(kind) {
    return make({ type: kind, ...structuredClone(DEFAULTS[kind](document.getElementById(`block-${kind}`).dataset.words)) });
  }

  // Columns hold no columns, conditions stand by themselves: the server says the same.
  function fits(kind, ol) {
    const around = ol.closest(".block");
    if (!around) return true;
    if (kind === "condition") return false;
    return kind !== "columns" || !ol.closest("[data-kind=columns]");
  }

  function add(kind) {
    const item = fresh(kind);
    let beside = chosen();
    const within = beside && ["condition", "columns"].includes(beside.block.type) ? list(beside).find((ol) => !ol.children.length) : null;
    if (within && fits(kind, within)) within.append(item);
    else {
      while (beside && !fits(kind, beside.parentElement)) beside = beside.parentElement.closest(".block");
      if (beside) beside.after(item);
      else canvas.append(item);
    }
    choose(item);
    changed();
    (item.querySelector("[contenteditable]") || item.querySelector(".blocks-settings :is(input, textarea, select)") || item).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  const moves = {
    up: (item) => item.previousElementSibling?.before(item),
    down: (item) => item.nextElementSibling?.after(item),
    copy: (item) => {
      const copy = make(structuredClone(readItem(item)));
      item.after(copy);
      choose(copy);
    },
    delete: (item) => {
      const next = item.nextElementSibling || item.previousElementSibling || item.parentElement.closest(".block");
      item.remove();
      (next || editor.querySelector("[data-add]")).focus();
    },
  };

  function move(item, how, button) {
    moves[how](item);
    changed();
    if (how === "delete") status.textContent = status.dataset.deleted;
    else {
      (button || item).focus();
      const all = [...item.parentElement.children];
      status.textContent = status.dataset.moved.replace("__n__", all.indexOf(item) + 1).replace("__all__", all.length);
    }
  }

  function sortable(ol) {
    window.Sortable.create(ol, {
      group: { name: "blocks", put: (to, _from, dragged) => fits(dragged.dataset.kind || dragged.dataset.add, to.el) },
      handle: ".block-handle",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onAdd: (event) => {
        if (!event.item.dataset.add) return;
        const item = fresh(event.item.dataset.add);
        event.item.replaceWith(item);
        choose(item);
      },
      onSort: () => changed(),
    });
  }

  // --- What the member does ------------------------------------------------------------------------

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const item = event.target.closest(".block");
    if (button?.dataset.add) add(button.dataset.add);
    if (button?.dataset.move) move(item, button.dataset.move, button);
    if (button?.dataset.history === "undo") travel(past, future);
    if (button?.dataset.history === "redo") travel(future, past);
  });

  canvas.addEventListener("focusin", (event) => choose(event.target.closest(".block")));

  editor.addEventListener("input", (event) => {
    const field = event.target;
    const { key, network } = field.dataset;
    const item = field.closest(".block");
    if (field.closest("[data-style]")) {
      style[key] = field.value;
      paint();
    } else if (field.isContentEditable) item.block.html = clean(field.innerHTML);
    else if (network) {
      const fields = [...item.querySelectorAll("[data-network]")].filter((each) => each.value.trim());
      item.block.links = fields.map((each) => ({ name: each.dataset.network, href: address(each.value) }));
    } else if (field.type === "checkbox") item.block[key] = field.checked;
    else if (field.type === "number") item.block[key] = Math.min(Math.max(Math.round(Number(field.value)) || 0, field.min), field.max);
    else if (["href", "src"].includes(key)) item.block[key] = address(field.value);
    else if (key) item.block[key] = field.value;
    // The event that goes on to the form is the body's own.
    event.stopPropagation();
    if (item && !field.isContentEditable) draw(item);
    changed({ typing: true });
  });

  editor.addEventListener("change", (event) => {
    event.stopPropagation();
    const { key, columns } = event.target.dataset;
    const item = event.target.closest(".block");
    if (["href", "src"].includes(key)) event.target.value = item.block[key];
    if (columns === undefined) return;
    const block = readItem(item);
    const wish = Number(event.target.value);
    // What a third column held goes under the second: nothing is lost.
    while (block.columns.length > wish) block.columns.at(-2).push(...block.columns.pop());
    while (block.columns.length < wish) block.columns.push([]);
    const other = make(block);
    item.replaceWith(other);
    choose(other);
    changed();
  });

  editor.addEventListener("keydown", (event) => {
    const item = event.target.closest(".block");
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(key)) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) travel(future, past);
      else travel(past, future);
    } else if (item && event.altKey && ["arrowup", "arrowdown"].includes(key)) {
      event.preventDefault();
      move(item, key === "arrowup" ? "up" : "down");
    } else if (event.target === item && ["delete", "backspace"].includes(key)) {
      event.preventDefault();
      move(item, "delete");
    } else if (key === "enter" && event.target.matches("input")) event.preventDefault();
  });

  // --- From one way of writing to another ------------------------------------------------------------

  const kept = {};
  let was = document.querySelector(".writing").dataset.format;

  form.addEventListener("change", (event) => {
    if (event.target.name !== "format") return;
    const format = event.target.value;
    // Nothing that was written is left for an empty page without a word.
    if (was === "blocks" && kept.text === undefined && canvas.children.length && !confirm(editor.dataset.leave)) {
      form.elements.format.value = was;
      event.stopImmediatePropagation();
      return;
    }
    if ((was === "blocks") !== (format === "blocks")) {
      kept[was === "blocks" ? "blocks" : "text"] = body.value;
      if (format === "blocks") begin(kept.blocks ?? window.candidBlocks.from(was, body.value));
      else body.value = kept.text ?? "";
    }
    was = format;
  });

  function begin(source) {
    show(source);
    now = written();
    body.value = now;
    past = [];
    future = [];
    offer();
  }

  sortable(canvas);
  window.Sortable.create(editor.querySelector(".blocks-palette"), { group: { name: "blocks", pull: "clone", put: false }, sort: false });
  if (isBlocks()) begin(body.value);
})();
