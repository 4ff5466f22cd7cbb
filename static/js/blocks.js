/* The block editor: its list of blocks is the mail, and the form's body its JSON. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor) return;
  const { clean, nodes, address, markBlank } = window.candidText;
  const { DEFAULTS, drawn, fill, list, read, readItem } = window.candidBlocks;
  const { resolved } = window.candidBrand;
  const form = document.getElementById("compose");
  const body = document.getElementById("id_body");
  const canvas = editor.querySelector(".blocks-canvas");
  const look = editor.querySelector("[data-style]");
  let style = {};

  const isBlocks = () => document.querySelector(".writing").dataset.format === "blocks";

  const copied = (item) => make(structuredClone(readItem(item)));
  const { fits, sortable } = window.candidBlocks.mover({ editor, canvas, fresh, copied, choose, changed });

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
    paint();
    canvas.replaceChildren(...(found.blocks || []).map(make));
  }

  function paint() {
    const looks = resolved(style);
    for (const [name, value] of Object.entries(looks)) canvas.style.setProperty(`--mail-${name}`, value);
    for (const field of look.querySelectorAll("[data-key]")) field.value = field.type === "color" ? looks[field.dataset.key] : style[field.dataset.key];
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
    settings.append(document.getElementById("block-of-all").content.cloneNode(true));
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
    if (item.block.type === "condition") drawCondition(item);
  }

  /** Say on a condition who sees what is in it. */
  function drawCondition(item) {
    const settings = item.querySelector(":scope > .blocks-settings");
    const chosen = (key) => settings.querySelector(`[data-key=${key}]`).selectedOptions[0];
    for (const field of settings.querySelectorAll("[data-when-test]")) field.hidden = !field.dataset.whenTest.split(" ").includes(item.block.test);
    const words = { field: chosen("field")?.text, value: item.block.value, segment: item.block.segment ? chosen("segment")?.text : "…" };
    item.querySelector(".block-face").dataset.who = chosen("test")?.dataset.who.replace(/__(\w+?)__/g, (_, key) => words[key]);
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
    if (!typing) markAround();
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
    if (item === chosen()) return;
    const place = () => item?.querySelector(".block-face").getBoundingClientRect().top;
    const before = place();
    chosen()?.classList.remove("is-chosen");
    item?.classList.add("is-chosen");
    markAround();
    // Tools that come and go move nothing away from under the pointer.
    if (item?.isConnected) scrollBy({ top: place() - before, behavior: "instant" });
  }

  /** Mark the blocks that hold the chosen one: their tools show too. */
  function markAround() {
    for (const one of canvas.querySelectorAll(".is-around")) one.classList.remove("is-around");
    const outer = (item) => item?.parentElement?.closest(".block");
    for (let one = outer(chosen()); one; one = outer(one)) one.classList.add("is-around");
  }

  function point(item) {
    canvas.querySelector(".is-pointed")?.classList.remove("is-pointed");
    item?.classList.add("is-pointed");
  }

  function fresh(kind) {
    return make({ type: kind, ...structuredClone(DEFAULTS[kind](document.getElementById(`block-${kind}`).dataset.words)) });
  }

  function add(item) {
    const kind = item.block.type;
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
    // Its own words or settings; what is behind a block is seldom changed.
    const own = ".blocks-settings :is(input, textarea, select):not([data-key=band], [data-key=lock])";
    (item.querySelector("[contenteditable]") || item.querySelector(own) || item).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  // --- What the member does ------------------------------------------------------------------------

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.add) add(fresh(button.dataset.add));
    if (button && "ofBrand" in button.dataset) {
      style = { ...DEFAULTS.style };
      paint();
      changed();
    }
    if (button?.dataset.history === "undo") travel(past, future);
    if (button?.dataset.history === "redo") travel(future, past);
  });

  editor.addEventListener("blocks:insert", (event) => add(make(event.detail)));

  // Nothing comes or goes between pressing a handle and letting it go: the drop place stays put.
  let held = false;
  canvas.addEventListener("pointerdown", (event) => (held = event.target.closest(".block-handle") !== null));
  for (const over of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(over, () => (held = false));
  canvas.addEventListener("focusin", (event) => held || choose(event.target.closest(".block")));
  canvas.addEventListener("click", (event) => choose(event.target.closest(".block") || chosen()));
  canvas.addEventListener("pointerover", (event) => point(event.target.closest(".block")));
  canvas.addEventListener("pointerleave", () => point(null));

  editor.addEventListener("input", (event) => {
    const field = event.target;
    const { key, network } = field.dataset;
    const item = field.closest(".block");
    if (field.closest("[data-style]")) {
      style[key] = field.value;
      paint();
    } else if (field.isContentEditable) {
      item.block.html = clean(field.innerHTML);
      markBlank(field);
    } else if (network) {
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
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(key)) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) travel(future, past);
      else travel(past, future);
    } else if (key === "enter" && event.target.matches("input")) event.preventDefault();
  });

  // An empty mail begins in whatever way is chosen; one with words is turned by the server.
  form.addEventListener("change", (event) => {
    if (event.target.name !== "format") return;
    if (event.target.value === "blocks") begin(window.candidBlocks.EMPTY);
    else body.value = "";
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
  if (isBlocks()) begin(body.value);
})();
