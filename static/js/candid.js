/* What every page does: theme choice, confirmations, copying, keys, and htmx's manners. */
(() => {
  const root = document.documentElement;

  // --- Theme ---------------------------------------------------------------------

  function showTheme() {
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", button.dataset.themeSet === root.dataset.themeChoice);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    window.candidTheme.choose(button.dataset.themeSet);
    showTheme();
  });

  // --- Confirmations: a field, or a button, with the name "ask" and the question as value --
  // Whoever posts it is asked by a page. Asked here, it is not posted.

  const dialog = document.getElementById("confirm");

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const submitter = event.submitter;
      const field = submitter?.name === "ask" ? submitter : form.querySelector("input[name=ask]");
      if (!field || !dialog) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      dialog.querySelector("[data-question]").textContent = field.value;
      nameYes(dialog.querySelector("[value=yes]"), submitter);
      dialog.returnValue = "";
      dialog.showModal();
      dialog.onclose = () => {
        if (dialog.returnValue !== "yes") return;
        field.name = "";
        form.requestSubmit(submitter);
        field.name = "ask";
      };
    },
    true,
  );

  // The yes says what it does, as the button did that was pressed, and looks as dangerous.
  function nameYes(yes, pressed) {
    const isDangerous = /danger/.test(pressed?.className ?? "");
    yes.textContent =
      pressed?.textContent.trim() || pressed?.getAttribute("aria-label") || yes.dataset.otherwise;
    yes.classList.toggle("btn-danger", isDangerous);
    yes.classList.toggle("btn-primary", !isDangerous);
  }

  // --- One submit is one submit: <form data-once> -------------------------------------

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });

  // Back and forward bring a page out of the cache as it was left: let it submit again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  });

  // --- Copy: <button data-copy="text"> or data-copy-from="#id" --------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
    await navigator.clipboard.writeText(text);
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  });

  // --- Keys: "/" goes to the search box ---------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // --- Messages -------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest("[data-message]")?.remove();
  });

  // --- htmx ------------------------------------------------------------------------

  // Whoever was signed out is led to a page for that, which is no part of this one.
  const isSignIn = (xhr) => {
    const path = document.getElementById("notice-out")?.dataset.path;
    return Boolean(path) && Boolean(xhr.responseURL) && new URL(xhr.responseURL).pathname === path;
  };

  // A form with errors comes back as 422: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (isSignIn(event.detail.xhr)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:sendError", () => notice("offline"));
  document.addEventListener("htmx:responseError", () => notice("failed"));

  function notice(kind) {
    const template = document.getElementById(`notice-${kind}`);
    const place = document.getElementById("notices");
    if (!template || !place) return;
    place.replaceChildren(template.content.cloneNode(true));
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    if (isSignIn(event.detail.xhr)) notice("out");
    else if (event.detail.successful) document.getElementById("notices")?.replaceChildren();
  });

  // --- A table that is sorted or turned comes anew: the keyboard stays where it was ------

  const TURNS = ".sort, .pager a";
  const called = (link) => link.rel || link.textContent.trim();
  let held = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const link = document.activeElement?.closest(TURNS);
    if (!link || !event.detail.target.contains(link)) return;
    held = { part: event.detail.target.id, name: called(link), pages: Boolean(link.closest(".pager")) };
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (!held || document.activeElement !== document.body) return;
    const links = [...(document.getElementById(held.part)?.querySelectorAll(TURNS) ?? [])];
    // The last page has no next one.
    const other = (link) => held.pages && link.closest(".pager");
    const link = links.find((one) => called(one) === held.name) ?? links.find(other);
    link?.focus({ preventScroll: true });
    held = null;
  });

  // --- Tabs that do not fit show the one that is open -----------------------------------

  function showOpenTab() {
    for (const tab of document.querySelectorAll(".tabs .active")) {
      const tabs = tab.closest(".tabs");
      const past = tab.getBoundingClientRect().right - tabs.getBoundingClientRect().right;
      if (past > 0) tabs.scrollLeft += past;
    }
  }

  document.addEventListener("htmx:afterSettle", () => {
    showTheme();
    showOpenTab();
  });
  showTheme();
  showOpenTab();
})();
