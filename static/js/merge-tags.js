/* Merge tags while writing: typing {{ or {%, or a button, offers what there is; and emoji, by : and a name.
   A list box for keys and screen readers; what is taken is typed, so the browser's undo works. */
(() => {
  const told = document.getElementById("merge-tags");
  if (!told) return;
  const words = document.getElementById("merge-tag-words").dataset;
  const offers = (found) => JSON.parse(found.textContent).map(([label, source, example]) => ({ label, source, example }));
  const TAGS = offers(told);
  const EMOJI = offers(document.getElementById("emoji"));
  // As many stand in a row: composing.css.
  const ROW = 8;
  const FIELDS = '#id_subject, #id_preheader, #id_body, #id_text, [data-mergeable], .block [data-key="label"], .block [data-key="href"], .block [data-key="alt"], .block [data-key="source"]';
  const OPENED = /\{([{%])([^{}%\n]{0,60})$/;
  const NAMED = /(?<=^|\s):(\p{L}{2,30})$/u;
  const box = Object.assign(document.createElement("ul"), { id: "merge-tag-list", className: "merge-tags", hidden: true });
  box.setAttribute("role", "listbox");
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  document.body.append(box, status);
  let field = null;
  // How many characters before the cursor the tag replaces.
  let typed = 0;
  let at = 0;

  const isText = (one) => one.matches("input, textarea");

  /** Give what stands before the cursor, and where the cursor is. */
  function before(one) {
    if (isText(one)) return one.value.slice(0, one.selectionStart);
    const { anchorNode, anchorOffset } = getSelection();
    return anchorNode?.nodeType === Node.TEXT_NODE && one.contains(anchorNode) ? anchorNode.data.slice(0, anchorOffset) : "";
  }

  function place(one) {
    const around = one.getBoundingClientRect();
    if (!isText(one)) {
      const [caret] = getSelection().getRangeAt(0).getClientRects();
      return caret || around;
    }
    // A twin of the field, with a mark where the cursor is.
    const twin = document.createElement("div");
    const look = getComputedStyle(one);
    for (const name of ["boxSizing", "padding", "border", "font", "letterSpacing", "lineHeight", "tabSize"]) twin.style[name] = look[name];
    Object.assign(twin.style, { position: "fixed", visibility: "hidden", left: `${around.left}px`, top: `${around.top}px`, width: `${around.width}px` });
    twin.style.whiteSpace = one.matches("textarea") ? "pre-wrap" : "pre";
    twin.style.overflowWrap = "break-word";
    const mark = document.createElement("span");
    mark.textContent = "\u200b";
    twin.append(before(one), mark);
    document.body.append(twin);
    const { left, bottom, top } = mark.getBoundingClientRect();
    twin.remove();
    return { left: Math.min(left - one.scrollLeft, around.right), top: top - one.scrollTop, bottom: Math.min(bottom - one.scrollTop, around.bottom) };
  }

  function matching(tags, asked) {
    const wanted = asked.trim().toLowerCase().split(/[\s|]+/).filter(Boolean);
    return tags.filter((tag) => wanted.every((word) => `${tag.label} ${tag.source}`.toLowerCase().includes(word)));
  }

  let isEmoji = false;

  function option(tag, number) {
    const made = document.createElement("li");
    made.id = `merge-tag-${number}`;
    made.setAttribute("role", "option");
    made.tag = tag;
    if (isEmoji) made.title = tag.label;
    const code = Object.assign(document.createElement("code"), { textContent: tag.source });
    const label = Object.assign(document.createElement("span"), { textContent: tag.label });
    const example = Object.assign(document.createElement("small"), { textContent: tag.example });
    made.append(label, code, example);
    return made;
  }

  /** Offer these where the cursor is; what is taken replaces as many characters as `length`. */
  function show(one, tags, length) {
    if (!tags.length) return close();
    if (field !== one) close();
    field = one;
    typed = length;
    isEmoji = EMOJI.includes(tags[0]);
    box.classList.toggle("is-emoji", isEmoji);
    box.setAttribute("aria-label", isEmoji ? words.emojiTitle : words.title);
    box.replaceChildren(...tags.map(option));
    box.hidden = false;
    const { left, top, bottom } = place(one);
    const below = bottom + box.offsetHeight < innerHeight || top < box.offsetHeight;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - box.offsetWidth - 8)) + scrollX}px`;
    box.style.top = `${(below ? bottom + 4 : top - box.offsetHeight - 4) + scrollY}px`;
    if (one.matches("input")) one.setAttribute("role", "combobox");
    if (one.matches("input")) one.setAttribute("aria-expanded", "true");
    one.setAttribute("aria-autocomplete", "list");
    one.setAttribute("aria-controls", box.id);
    status.textContent = (isEmoji ? words.emojiFound : words.found).replace("__n__", tags.length);
    choose(0);
  }

  function close() {
    if (!field) return;
    for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete", "aria-expanded"]) field.removeAttribute(name);
    if (field.matches("input")) field.removeAttribute("role");
    field = null;
    box.hidden = true;
    status.textContent = "";
  }

  function choose(number) {
    const all = box.children.length;
    at = ((number % all) + all) % all;
    [...box.children].forEach((one, place) => one.setAttribute("aria-selected", place === at));
    box.children[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", box.children[at].id);
  }

  function take({ source }) {
    const one = field;
    const length = typed;
    close();
    one.focus();
    // What stands for the words of a fallback, or for a part, is chosen: to be typed over.
    const own = /"([^"]+)" \}\}$/.exec(source) || /…/.exec(source);
    const [start, end] = own ? [own.index + (own[1] ? 1 : 0), own.index + (own[1] ? own[1].length + 1 : 1)] : [source.length, source.length];
    if (isText(one)) {
      const from = one.selectionStart - length;
      one.setSelectionRange(from, one.selectionEnd);
      document.execCommand("insertText", false, source);
      one.setSelectionRange(from + start, from + end);
      return;
    }
    const range = getSelection().getRangeAt(0);
    range.setStart(range.startContainer, range.startOffset - length);
    document.execCommand("insertText", false, source);
    const { anchorNode, anchorOffset } = getSelection();
    if (anchorOffset < source.length) return;
    getSelection().setBaseAndExtent(anchorNode, anchorOffset - source.length + start, anchorNode, anchorOffset - source.length + end);
  }

  document.addEventListener("input", (event) => {
    // What scripts write, as the block editor does into its form, was typed by nobody.
    if (!event.isTrusted) return;
    const one = event.target.closest?.(FIELDS);
    const text = one ? before(one) : "";
    const tag = OPENED.exec(text);
    const named = one?.matches("#id_subject, #id_preheader") && NAMED.exec(text);
    if (tag) show(one, matching(TAGS, tag[2]).filter((each) => each.source.startsWith(`{${tag[1]}`)), tag[0].length);
    else if (named) show(one, matching(EMOJI, named[1]), named[0].length);
    else close();
  }, true);

  const steps = () => (isEmoji ? { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ROW, ArrowUp: -ROW } : { ArrowDown: 1, ArrowUp: -1 });
  document.addEventListener("keydown", (event) => {
    if (!field || event.target !== field || event.isComposing) return;
    const step = steps()[event.key];
    if (step && !event.altKey) choose(at + step);
    else if (event.key === "Enter" || event.key === "Tab") take(box.children[at].tag);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // A press takes the focus away, and with it the place to type.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) take(chosen.tag);
  });
  document.addEventListener("focusout", close);
  addEventListener("resize", close);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tags-for], [data-emoji-for]");
    if (!button) return;
    const { tagsFor, emojiFor } = button.dataset;
    const one = document.getElementById(tagsFor || emojiFor);
    one.focus();
    show(one, tagsFor ? TAGS : EMOJI, 0);
  });
})();
