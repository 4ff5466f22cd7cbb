/* Choosing several of many: a list of boxes that says what is ticked, and is searched by typing.
   Without it, the list opens and is ticked all the same. */
(() => {
  const FIND = "[data-several-find]";
  const of = (event) => event.target.closest?.("[data-several]");
  const labels = (several) => [...several.querySelectorAll(".several-list label")];
  const boxes = (several) => labels(several).filter((one) => !one.hidden).map((one) => one.control);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

  // --- What is ticked ------------------------------------------------------------------

  function say(several) {
    const said = several.querySelector("[data-several-said]");
    if (!said) return;
    const names = labels(several).filter((one) => one.control.checked).map((one) => one.textContent.trim());
    const some = said.dataset.some.replace("__n__", names.length);
    said.textContent = names.length ? some.replace("__names__", () => names.join(", ")) : said.dataset.none;
  }

  // --- Searching -----------------------------------------------------------------------

  function find(several) {
    const field = several.querySelector(FIND);
    if (!field) return;
    const all = labels(several);
    const words = plain(field.value).split(/\s+/);
    const holds = (begin) => (one) => words.every((word) => (begin + plain(one.textContent).replace(/[\s/_(-]+/g, " ")).includes(begin + word));
    // Where words begin so; otherwise also within them: "ger" is Germany before it is Algeria.
    let found = all.filter(holds(" "));
    if (!found.length) found = all.filter(holds(""));
    const shown = new Set(found);
    for (const one of all) one.hidden = !shown.has(one);
    const told = several.querySelector("[data-several-found]");
    const some = told.dataset.some.replace("__n__", found.length).replace("__all__", all.length);
    told.textContent = !field.value ? "" : found.length ? some : told.dataset.none;
  }

  // Who looks for the Netherlands does not mean the Caribbean Netherlands.
  function best(several) {
    const begins = (box) => plain(box.parentElement.textContent).startsWith(plain(several.querySelector(FIND).value));
    const found = boxes(several);
    return found.find(begins) ?? found[0];
  }

  // What is searched for is no answer of the form: nothing that waits for its input hears of it.
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (!event.target.matches?.(FIND)) return;
      event.stopPropagation();
      find(of(event));
    }, true);
  }
  document.addEventListener("change", (event) => of(event) && say(of(event)));

  // --- Opening and closing -------------------------------------------------------------

  const isPhone = matchMedia("(pointer: coarse)");

  document.addEventListener("toggle", (event) => {
    const several = of(event);
    if (!several || event.target.parentElement !== several) return;
    const field = several.querySelector(FIND);
    if (event.target.open) {
      event.target.querySelector(".several-panel").scrollIntoView({ block: "nearest" });
      // On a phone, its keys would come up over the list.
      if (!isPhone.matches && several.querySelector("summary") === document.activeElement) field?.focus({ preventScroll: true });
    } else if (field) {
      field.value = "";
      find(several);
    }
  }, true);

  function close(several, { back = false } = {}) {
    const details = several.querySelector("details");
    if (!details?.open) return;
    details.open = false;
    if (back) details.querySelector("summary").focus();
  }

  for (const name of ["pointerdown", "focusin"]) {
    document.addEventListener(name, (event) => {
      for (const one of document.querySelectorAll("[data-several]:has(> details[open])")) {
        if (!one.contains(event.target)) close(one);
      }
    });
  }

  // --- Keys: letters search, arrows go from box to box, Escape is done ------------------

  function step(several, from, by) {
    const found = boxes(several);
    const next = found[found.indexOf(from) + by];
    (next ?? (by < 0 ? several.querySelector(FIND) : null))?.focus();
  }

  document.addEventListener("keydown", (event) => {
    const several = of(event);
    if (!several || event.ctrlKey || event.metaKey || event.altKey) return;
    const details = several.querySelector("details");
    const field = several.querySelector(FIND);
    const isFinding = event.target === field;
    const isLetter = event.key.length === 1 && event.key !== " ";
    if (event.key === "Escape" && details?.open) {
      event.preventDefault();
      close(several, { back: true });
    } else if (event.key === "ArrowDown" || (event.key === "ArrowUp" && !isFinding)) {
      event.preventDefault();
      if (details) details.open = true;
      step(several, event.target, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && isFinding) {
      // It would send the form.
      event.preventDefault();
      best(several)?.focus();
    } else if (event.key === "Enter" && details?.open && event.target.type === "checkbox") {
      event.preventDefault();
      close(several, { back: true });
    } else if (isLetter && field && !isFinding) {
      // The letter itself lands in the field.
      if (details) details.open = true;
      field.focus();
    }
  });

  // A browser that goes back ticks what was ticked.
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-several]").forEach(say));
})();
