/* Where a segment is built: no press of a button is lost. */
(() => {
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
