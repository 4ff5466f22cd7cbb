/* The kinds of blocks: what a new one says, and how each looks while it is written. */
(() => {
  const { markBlank } = window.candidText;
  // What every block has, as the server keeps it; what a block holds comes last.
  const OF_ALL = { band: "", lock: "" };
  const DEFAULTS = {
    style: {},
    text: () => ({ html: "", align: "left", size: "", ...OF_ALL }),
    image: () => ({ src: "", alt: "", href: "", width: 536, align: "center", ...OF_ALL }),
    button: (words) => ({ label: words, href: "", align: "left", wide: false, ...OF_ALL }),
    columns: () => ({ widths: "", beside: false, ...OF_ALL, columns: [[], []] }),
    divider: () => ({ ...OF_ALL }),
    spacer: () => ({ height: 24, ...OF_ALL }),
    social: () => ({ align: "center", brand: false, ...OF_ALL, links: [] }),
    html: () => ({ source: "", ...OF_ALL }),
    condition: () => ({ field: "first_name", test: "filled", value: "", segment: "", ...OF_ALL, blocks: [] }),
  };

  function element(name, className, text = "") {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  const FACES = {
    text: (block, face, words, nodes) => {
      if (!face.firstChild) {
        const text = element("div", "block-text");
        text.contentEditable = "true";
        text.setAttribute("role", "textbox");
        text.setAttribute("aria-multiline", "true");
        text.setAttribute("aria-label", words);
        text.dataset.words = words;
        text.dataset.mergeable = "";
        // What another member wrote is cleaned here too, whatever the server let through.
        text.replaceChildren(...nodes(block.html));
        face.append(text);
        markBlank(text);
      }
      face.firstChild.style.textAlign = block.align;
    },
    image: (block, face, words) => {
      const picture = element("img", "block-picture");
      picture.alt = block.alt;
      picture.referrerPolicy = "no-referrer";
      picture.style.width = `${block.width}px`;
      if (block.src && block.src === face.firstChild?.getAttribute?.("src")) {
        face.firstChild.alt = block.alt;
        face.firstChild.style.width = picture.style.width;
      } else {
        picture.src = block.src;
        face.replaceChildren(block.src ? picture : element("p", "block-missing", words));
      }
      face.style.textAlign = block.align;
    },
    button: (block, face, words) => {
      const button = element("span", "block-button", block.label || words);
      button.classList.toggle("is-wide", block.wide);
      face.replaceChildren(button);
      face.style.textAlign = block.align;
    },
    divider: (_block, face) => face.replaceChildren(element("hr", "block-divider")),
    spacer: (block, face) => {
      const space = element("div", "block-space", `${block.height} px`);
      space.style.height = `${block.height}px`;
      face.replaceChildren(space);
    },
    social: (block, face, words) => {
      const names = block.links.filter((link) => link.href).map((link) => link.name);
      face.replaceChildren(names.length ? element("p", "block-social", names.join("  ·  ")) : element("p", "block-missing", words));
      face.style.textAlign = block.align;
    },
    html: (block, face, words) => {
      const source = block.source.trim();
      face.replaceChildren(source ? element("pre", "block-source", source.slice(0, 600)) : element("p", "block-missing", words));
    },
    columns: () => {},
    condition: () => {},
  };

  // What other modules do to a block whenever it is drawn.
  const DECORATORS = [];

  /** Draw the face of a block as it is now. */
  function drawn(item, words, nodes) {
    for (const decorate of DECORATORS) decorate(item);
    FACES[item.block.type](item.block, item.querySelector(".block-face"), words, nodes);
  }

  // --- From the page to JSON and back ---------------------------------------------------------

  /** Give the lists of blocks within a block, and not those within these. */
  const list = (item) => [...item.querySelectorAll(":scope > .block-face .blocks-list")].filter((ol) => ol.closest(".block") === item);

  function read(ol) {
    return [...ol.children].filter((item) => item.block).map(readItem);
  }

  function readItem(item) {
    const block = { ...item.block };
    if (block.type === "columns") block.columns = list(item).map(read);
    if (block.type === "condition") block.blocks = read(list(item)[0]);
    return block;
  }

  function fill(item, settings, columns) {
    for (const field of settings.querySelectorAll("[data-key]")) {
      const value = item.block[field.dataset.key] ?? "";
      // A field or a segment that was deleted is still what the condition asks for.
      if (field.matches("select") && ![...field.options].some((option) => option.value === value)) field.append(new Option(field.dataset.gone || value, value));
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
    for (const field of settings.querySelectorAll("[data-network]")) {
      field.value = item.block.links.find((link) => link.name === field.dataset.network)?.href || "";
    }
    const count = settings.querySelector("[data-columns]");
    if (count) count.value = columns.length;
  }

  const EMPTY = JSON.stringify({ version: 1, style: DEFAULTS.style, blocks: [{ type: "text", ...DEFAULTS.text() }] });

  /** Whether nothing is written in a mail yet. */
  function isEmpty(format, source) {
    if (format !== "blocks") return !source.trim();
    try {
      return JSON.parse(source).blocks.every((block) => block.type === "text" && !block.html.replace(/<[^>]*>/g, "").trim());
    } catch {
      return !source.trim();
    }
  }

  window.candidBlocks = { DECORATORS, DEFAULTS, EMPTY, FACES, drawn, fill, isEmpty, list, read, readItem };
})();
