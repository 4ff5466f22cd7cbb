// Live reports replace themselves; what a reader had unfolded stays unfolded. And a button prints.

"use strict";

(() => {
  let unfolded = [];

  // A page that nobody looks at asks for nothing.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.matches("[data-pulse]")) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:beforeSwap", () => {
    unfolded = [...document.querySelectorAll("[id] details[open]")].map(
      (details) => details.closest("[id]").id,
    );
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) {
      document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) {
      window.print();
    }
  });
})();
