/* Where a segment is built: many choices without Ctrl, and no press of a button that is lost. */
(() => {
  // A click chooses one more, or takes it away, as a finger does. By itself a browser wants Ctrl
  // held, and forgets all others where it is not.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("select[multiple] option");
    if (!option || event.button) return;
    event.preventDefault();
    const list = option.closest("select");
    const place = list.scrollTop;
    option.selected = !option.selected;
    list.focus({ preventScroll: true });
    // Choosing scrolls to what was chosen first.
    requestAnimationFrame(() => { list.scrollTop = place; });
    for (const name of ["input", "change"]) list.dispatchEvent(new Event(name, { bubbles: true }));
  });

  // What is chosen waits a moment before it is asked about. A button that is pressed meanwhile
  // asks with it, and what comes after that must not take its place.
  let pressed = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#segment button[name=do]");
    if (button) pressed = button;
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (pressed && event.target.matches("#segment select")) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // By then the button may be gone from the page.
    if (event.detail.requestConfig.elt === pressed) pressed = null;
  });
})();
