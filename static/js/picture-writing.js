/* Pictures on the writing page: the button, and files that are dropped or pasted into the text. */
(() => {
  const body = document.getElementById("id_body");
  if (!body || !window.candidPictures) return;
  const format = () => body.closest(".writing").dataset.format;
  const quote = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

  function markdown({ picture, alt }) {
    // Brackets and backslashes would end the description early.
    return `![${alt.replace(/[\\[\]]/g, "\\$&").replace(/\s+/g, " ")}](${picture.url})`;
  }

  function html({ picture, alt }) {
    const sharp = picture.sharp_url ? ` srcset="${picture.url} 1x, ${picture.sharp_url} 2x"` : "";
    return `<img src="${picture.url}"${sharp} width="${picture.width}" height="${picture.height}" alt="${quote(alt)}" style="max-width: 100%; height: auto;">`;
  }

  function mjml({ picture, alt }) {
    return `<mj-image src="${picture.url}" width="${picture.width}px" alt="${quote(alt)}" />`;
  }

  function type(text) {
    body.focus();
    // The one way to insert that keeps the browser's own undo history.
    if (!document.execCommand("insertText", false, text)) {
      body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function place(found) {
    if (format() === "html") return type(html(found));
    if (format() === "mjml") return type(mjml(found));
    const before = body.value.slice(0, body.selectionStart);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    type(`${gap}${markdown(found)}\n\n`);
  }

  async function ask(sources) {
    const { selectionStart: start, selectionEnd: end } = body;
    const found = await window.candidPictures.choose(sources);
    body.focus();
    body.setSelectionRange(start, end);
    if (found) place(found);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-picture-insert]")) ask([]);
  });
  function take(event, found) {
    if (!found.length) return;
    event.preventDefault();
    ask(found);
  }

  body.addEventListener("paste", (event) => take(event, window.candidPictures.sources(event.clipboardData)));
  body.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  body.addEventListener("drop", (event) => take(event, window.candidPictures.sources(event.dataTransfer, { dropped: true })));
})();
