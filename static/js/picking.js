/* Tick people in a list: all, ranges with Shift, up and down with the arrows, and with Enter to
   what can be done with them. Without it, boxes are ticked one by one. */
(() => {
  const all = () => [...document.querySelectorAll("[data-pick-one]")];
  // Where a range begins.
  let last = null;

  function show() {
    const boxes = all();
    const ticked = boxes.filter((box) => box.checked).length;
    const head = document.querySelector("[data-pick-all]");
    if (head) {
      head.hidden = !boxes.length;
      head.checked = ticked > 0 && ticked === boxes.length;
      head.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const button = document.querySelector("[data-pick-button]");
    if (button) button.disabled = !ticked;
    const count = document.querySelector("[data-pick-count]");
    if (!count) return;
    count.dataset.idle ??= count.textContent;
    const words = document.querySelector("[data-pick-words]");
    count.textContent = ticked ? `${words.innerHTML} ${ticked}` : count.dataset.idle;
  }

  document.addEventListener("click", (event) => {
    const head = event.target.closest("[data-pick-all]");
    if (head) for (const box of all()) box.checked = head.checked;
    const box = event.target.closest("[data-pick-one]");
    if (box) {
      const boxes = all();
      if (event.shiftKey && last?.isConnected) {
        const ends = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
        for (const between of boxes.slice(ends[0], ends[1] + 1)) between.checked = box.checked;
      }
      last = box;
    }
    if (head || box) show();
  });

  // The buttons stand above the rows: Tab alone would take all of them to come there.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-pick-one], [data-pick-all]")) return;
    event.preventDefault();
    const button = document.querySelector("[data-pick-button]");
    button?.scrollIntoView({ block: "nearest" });
    button?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const box = event.target.closest?.("[data-pick-one]");
    if (!step || !box) return;
    const boxes = all();
    const next = boxes[boxes.indexOf(box) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (event.shiftKey) {
      next.checked = box.checked;
      last = next;
      show();
    }
  });

  document.addEventListener("htmx:afterSettle", show);
  window.addEventListener("pageshow", show);
  show();
})();
