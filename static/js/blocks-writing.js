/* Writing in a text block: its toolbar, its links, and what is pasted or dropped into it. */
(() => {
  const editor = document.querySelector(".blocks");
  if (!editor) return;
  const { clean, address } = window.candidText;
  document.execCommand("defaultParagraphSeparator", false, "p");
  // Where the cursor was in a text, for tools that take the focus away.
  let range = null;

  const textOf = (item) => item.querySelector("[contenteditable]");

  function remember() {
    const selection = getSelection();
    const at = selection.anchorNode?.nodeType === Node.TEXT_NODE ? selection.anchorNode.parentElement : selection.anchorNode;
    const text = at?.closest?.(".block-text");
    if (!text) return;
    range = selection.getRangeAt(0).cloneRange();
    const kind = at.closest("h1, h2, h3")?.nodeName.toLowerCase() || "p";
    text.closest(".block").querySelector("[data-command=formatBlock]").value = kind;
  }

  document.addEventListener("selectionchange", remember);

  function back(text) {
    text.focus();
    if (!range || !text.contains(range.startContainer)) return;
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  function link(item) {
    // The browser tells of a selection later than of the key that follows it.
    remember();
    const box = item.querySelector(".block-link");
    const node = range?.startContainer;
    const at = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    box.querySelector("input").value = at?.closest?.("a")?.getAttribute("href") || "";
    box.hidden = false;
    box.querySelector("input").focus();
  }

  function setLink(item, remove) {
    const box = item.querySelector(".block-link");
    const url = remove ? "" : address(box.querySelector("input").value);
    if (!remove && !url) return box.querySelector("input").focus();
    box.hidden = true;
    back(textOf(item));
    const at = getSelection().anchorNode?.parentElement?.closest("a");
    if (at && getSelection().isCollapsed) getSelection().selectAllChildren(at);
    if (remove) document.execCommand("unlink");
    else if (getSelection().isCollapsed) {
      const made = document.createElement("a");
      made.href = url;
      made.textContent = url;
      document.execCommand("insertHTML", false, clean(made.outerHTML).replace(/^<p>|<\/p>$/g, ""));
    } else document.execCommand("createLink", false, url);
  }

  function command(item, name, value) {
    if (name === "link") return link(item);
    back(textOf(item));
    document.execCommand(name, false, value);
  }

  // A press on a tool must not take the selection away.
  editor.addEventListener("mousedown", (event) => {
    if (event.target.closest("button[data-command]")) event.preventDefault();
  });

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command], [data-link]");
    const item = event.target.closest(".block");
    if (button?.matches("button[data-command]")) command(item, button.dataset.command);
    if (button?.dataset.link) setLink(item, button.dataset.link === "remove");
  });

  editor.addEventListener("change", (event) => {
    if (event.target.dataset.command) command(event.target.closest(".block"), event.target.dataset.command, event.target.value);
  });

  editor.addEventListener("keydown", (event) => {
    const item = event.target.closest(".block");
    const box = event.target.closest(".block-link");
    if (box && event.key === "Enter") setLink(item, false);
    if (box && event.key === "Escape") {
      box.hidden = true;
      back(textOf(item));
    }
    if (!event.target.isContentEditable || !(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() === "k") {
      event.preventDefault();
      link(item);
    }
  });

  function take(event, data) {
    if (!event.target.closest?.(".block-text")) return;
    event.preventDefault();
    const html = data.getData("text/html");
    if (html) document.execCommand("insertHTML", false, clean(html));
    else document.execCommand("insertText", false, data.getData("text/plain"));
  }

  editor.addEventListener("paste", (event) => take(event, event.clipboardData));
  editor.addEventListener("drop", (event) => take(event, event.dataTransfer));
})();
