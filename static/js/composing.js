/* Writing a campaign: formatting, merge tags, autosave, and a preview that follows. */
(() => {
  const form = document.getElementById("compose");
  if (!form) return;
  const body = document.getElementById("id_body");
  const writing = body.closest(".writing");
  const plain = document.querySelector(".plain");
  const plainText = document.getElementById("id_text");
  const live = document.querySelector(".live-window");

  // --- Changing text so that undo still works ------------------------------------------

  function type(field, text) {
    field.focus();
    // The one way to insert that keeps the browser's own undo history.
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function wrap(before, after, placeholder) {
    const { selectionStart: start, selectionEnd: end } = body;
    const chosen = body.value.slice(start, end) || placeholder;
    type(body, before + chosen + after);
    body.setSelectionRange(start + before.length, start + before.length + chosen.length);
  }

  function eachLine(prefix) {
    const start = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
    const stop = body.value.indexOf("\n", body.selectionEnd);
    const end = stop < 0 ? body.value.length : stop;
    const lines = body.value.slice(start, end).split("\n");
    body.setSelectionRange(start, end);
    type(body, lines.map((line, index) => prefix(index) + line).join("\n"));
  }

  function onOwnLines(text) {
    const before = body.value.slice(0, body.selectionStart);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    type(body, `${gap}${text}\n\n`);
  }

  const words = (button, fallback) => button?.dataset.words || fallback;
  const chosen = () => body.value.slice(body.selectionStart, body.selectionEnd);

  const writers = {
    heading: () => eachLine(() => "## "),
    bold: () => wrap("**", "**", "bold"),
    italic: () => wrap("*", "*", "italic"),
    link: (button) => wrap("[", "](https://)", words(button, "link")),
    bullets: () => eachLine(() => "- "),
    numbers: () => eachLine((index) => `${index + 1}. `),
    quote: () => eachLine(() => "> "),
    divider: () => onOwnLines("---"),
    button: (button) => onOwnLines(`[${chosen() || words(button, "")}](https:// "button")`),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-write]");
    if (button) writers[button.dataset.write](button);
  });

  // --- Merge tags go where the cursor last was ------------------------------------------

  let lastField = body;
  const mergeable = ["id_subject", "id_preheader", "id_body", "id_text"];
  document.addEventListener("focusin", (event) => {
    if (mergeable.includes(event.target.id) || "mergeable" in event.target.dataset) lastField = event.target;
  });
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-insert]");
    const field = lastField.isConnected && lastField.offsetParent ? lastField : body;
    if (item && field.offsetParent) type(field, item.dataset.insert);
  });

  // --- Keys ------------------------------------------------------------------------------

  const keys = { b: "bold", i: "italic", k: "link" };
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") {
      event.preventDefault();
      save();
    } else if (key === "enter") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=continue]"));
    } else if (event.target === body && keys[key] && !event.shiftKey && isMarkdown()) {
      event.preventDefault();
      writers[keys[key]](document.querySelector(`[data-write=${keys[key]}]`));
    }
  });

  // Enter goes on with a list; on an empty item it ends it.
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || !isMarkdown()) return;
    const start = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
    const line = body.value.slice(start, body.selectionStart);
    const item = /^(\s*)([-*+]|(\d+)\.) (.*)$/.exec(line);
    if (!item || body.selectionStart !== body.selectionEnd) return;
    event.preventDefault();
    if (item[4] === "") {
      body.setSelectionRange(start, body.selectionStart);
      type(body, "\n");
    } else {
      type(body, `\n${item[1]}${item[3] ? `${Number(item[3]) + 1}.` : item[2]} `);
    }
  });

  const isMarkdown = () => writing.dataset.format === "markdown";

  // --- Format, counters, plain text --------------------------------------------------------

  form.addEventListener("change", (event) => {
    if (event.target.name !== "format") return;
    writing.dataset.format = event.target.value;
    body.spellcheck = isMarkdown();
  });
  body.spellcheck = isMarkdown();

  for (const counter of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(counter.dataset.count);
    const count = () => {
      // A merge tag is as long as what is filled in, which nobody knows yet.
      const length = [...field.value.replace(/\{\{.*?\}\}/g, "")].length;
      if (length) counter.textContent = counter.dataset.text.replace("__n__", length);
      counter.classList.toggle("text-warning", length > Number(counter.dataset.limit));
    };
    field.addEventListener("input", count);
    count();
  }

  let ownText = plainText.value;
  document.addEventListener("click", (event) => {
    const wish = event.target.closest("[data-plain]")?.dataset.plain;
    if (!wish) return;
    const own = wish === "own";
    if (!own) ownText = plainText.value;
    // What was written before comes back, should the author change their mind.
    plainText.value = own ? ownText || document.getElementById("derived").textContent : "";
    plain.dataset.own = own ? "yes" : "";
    plainText.dispatchEvent(new Event("input", { bubbles: true }));
    if (own) plainText.focus();
  });

  // --- Saving by itself ---------------------------------------------------------------------

  const state = () => document.getElementById("save-state");
  let waiting = 0;
  let dirty = false;
  let sending = false;

  function tell(which) {
    const place = state();
    if (place.dataset.held || place.textContent === place.dataset[which]) return;
    place.textContent = place.dataset[which];
    place.classList.toggle("is-failed", which === "failed");
  }

  function save() {
    clearTimeout(waiting);
    if (!state().dataset.held) form.dispatchEvent(new CustomEvent("save"));
  }

  function later(milliseconds) {
    clearTimeout(waiting);
    waiting = setTimeout(save, milliseconds);
  }

  form.addEventListener("input", () => {
    dirty = true;
    // After a conflict nothing is saved until the author says so.
    if (state().dataset.held) return;
    tell("waiting");
    later(700);
  });

  // htmx forgets buttons that stand outside their form.
  form.addEventListener("htmx:configRequest", (event) => {
    const button = event.detail.triggeringEvent?.submitter;
    if (button?.name) event.detail.parameters[button.name] = button.value;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    clearTimeout(waiting);
    dirty = false;
    sending = true;
    tell("saving");
  });

  // Whoever is signed out is led to a page for signing in, which is no answer to a save.
  let strange = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt !== form) return;
    strange = !event.detail.serverResponse.includes('id="save-state"');
    if (strange) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    sending = false;
    strange ||= event.detail.xhr.status === 403;
    if (event.detail.successful && !strange) return;
    dirty = true;
    tell(strange ? "out" : "failed");
    strange = false;
    later(5000);
    report(false);
  });

  /** Tell scripts beside this one whether all is saved. */
  function report(saved) {
    document.dispatchEvent(new CustomEvent("candid:saved", { detail: saved }));
  }

  /** Save what is not saved yet, and promise to say whether it is. */
  function saved() {
    if (!dirty && !sending) return Promise.resolve(!state().dataset.held);
    if (dirty) save();
    return new Promise((resolve) => document.addEventListener("candid:saved", (event) => resolve(event.detail), { once: true }));
  }
  window.candidWriting = { saved };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "save-state") report(!dirty && !state().dataset.held);
    for (const problems of document.querySelectorAll(".problems")) {
      const field = document.getElementById(problems.id.replace("problem-", "id_"));
      if (field?.matches("input, select, textarea")) {
        field.toggleAttribute("aria-invalid", false);
        if (problems.children.length) field.setAttribute("aria-invalid", "true");
      }
    }
    if (dirty && !sending) tell("waiting");
    if (state().dataset.held) document.getElementById("conflict").scrollIntoView({ block: "center" });
    follow();
    if (document.querySelector("#compose-advice .alert-danger")) {
      document.querySelector(".problems > *")?.parentElement.parentElement.scrollIntoView({ block: "center" });
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (dirty || sending) event.preventDefault();
  });

  // --- The preview that follows ----------------------------------------------------------------

  let shown = "";

  function width() {
    return document.querySelector("[name=live]:checked").value === "desktop" ? 640 : 375;
  }

  function lay(frame) {
    const scale = Math.min(1, live.clientWidth / width());
    // Nothing in the frame can tell its height; a generous guess makes the window scroll.
    const height = 1200 + body.value.length * (isMarkdown() ? 1 : 0.25);
    frame.style.width = `${width()}px`;
    frame.style.height = `${Math.min(height, 12000)}px`;
    frame.style.transform = `scale(${scale})`;
    frame.style.marginInlineStart = `${Math.max(0, (live.clientWidth - width() * scale) / 2)}px`;
    frame.style.marginBlockEnd = `${height * (scale - 1)}px`;
  }

  function follow() {
    const version = document.getElementById("id_version").value;
    if (!live.clientWidth || version === shown) return;
    shown = version;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = live.dataset.title;
    frame.referrerPolicy = "no-referrer";
    frame.src = `${live.dataset.frame}?v=${version}`;
    lay(frame);
    // The old one stays until the new one is there: no flicker.
    frame.addEventListener("load", () => {
      for (const old of live.querySelectorAll("iframe")) if (old !== frame) old.remove();
      frame.classList.add("is-shown");
    });
    live.append(frame);
  }

  for (const radio of document.querySelectorAll("[name=live]")) {
    radio.addEventListener("change", () => live.querySelectorAll("iframe").forEach(lay));
  }
  window.addEventListener("resize", () => {
    follow();
    live.querySelectorAll("iframe").forEach(lay);
  });
  follow();
})();
