/* Rich text that is safe to show: what a text block may hold, and nothing else.
   `campaigns/composing/blocks/rich_text.py` keeps the same list on the server. */
(() => {
  const KEPT = new Set(["P", "H1", "H2", "H3", "STRONG", "EM", "U", "S", "A", "UL", "OL", "LI", "BR", "BLOCKQUOTE"]);
  const RENAMED = { B: "strong", I: "em", STRIKE: "s", DEL: "s", DIV: "p", H4: "h3", H5: "h3", H6: "h3" };
  const DROPPED = new Set(["SCRIPT", "STYLE", "HEAD", "TITLE", "TEMPLATE", "IFRAME", "OBJECT", "NOSCRIPT", "TEXTAREA", "XMP", "SVG", "MATH"]);
  const BLOCKS = new Set(["P", "H1", "H2", "H3", "UL", "OL", "BLOCKQUOTE"]);
  const LINK = /^(?:(?:https?:\/\/|mailto:|tel:)[^\s"'<>\\]|#|\{\{ ?\w+(?:\.\w+)? ?\}\})/;

  /** Give `source` as HTML of only what is kept; cleaning twice is cleaning once. */
  function clean(source) {
    return cleaned(source).innerHTML;
  }

  /** Give the same as nodes, to be put into the page. */
  function nodes(source) {
    return [...document.importNode(cleaned(source), true).childNodes];
  }

  function cleaned(source) {
    // A document of its own: nothing in it is fetched or runs.
    const found = new DOMParser().parseFromString(`<body>${source}`, "text/html");
    const made = document.implementation.createHTMLDocument("");
    const into = made.createElement("div");
    copy(found.body, into, made);
    return paragraphs(into, made);
  }

  function copy(from, into, made) {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) into.append(made.createTextNode(node.data));
      if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.nodeName.toUpperCase())) continue;
      const name = RENAMED[node.nodeName] || (KEPT.has(node.nodeName) ? node.nodeName : "");
      // A paragraph in a paragraph is what browsers make of a pasted <div>.
      if (!name || (name === "p" && node.querySelector("p, div, ul, ol, h1, h2, h3"))) {
        copy(node, into, made);
        continue;
      }
      const element = made.createElement(name);
      const href = node.nodeName === "A" && node.getAttribute("href")?.trim();
      if (href && LINK.test(href)) element.setAttribute("href", href);
      into.append(element);
      copy(node, element, made);
    }
  }

  /** Put words that stand by themselves into paragraphs. */
  function paragraphs(from, made) {
    const into = made.createElement("div");
    let open = null;
    for (const node of [...from.childNodes]) {
      if (BLOCKS.has(node.nodeName)) {
        open = null;
        // A list that was made of a paragraph leaves its halves, empty, around it.
        if (node.nodeName !== "P" || node.firstChild) into.append(node);
      } else if (open || node.nodeName === "BR" || node.textContent.trim()) {
        if (!open) into.append((open = made.createElement("p")));
        open.append(node);
      }
    }
    return into;
  }

  /** Complete an address as people type it: `example.com` is of the web. */
  function address(typed) {
    const url = typed.trim();
    if (!url || LINK.test(url)) return url;
    if (/^[^\s@:/]+@[^\s@:/]+\.\w+$/.test(url)) return `mailto:${url}`;
    return /^[\w-]+(?:\.[\w-]+)+(?:[/?#]|$)/.test(url) ? `https://${url}` : "";
  }

  /** Mark a text in which nothing is written yet: a line break beside words is no empty line. */
  function markBlank(text) {
    text.classList.toggle("is-blank", !text.textContent && text.querySelectorAll("p, br").length === text.querySelectorAll("*").length && text.querySelectorAll("br").length < 2);
  }

  window.candidText = { clean, nodes, address, markBlank };
})();
