// Printing, choosing no more campaigns than can be compared, and when a report is mailed.

"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // The box that would be one too many is shut until another is opened.
  function count(form) {
    const boxes = [...form.elements].filter((one) => one.type === "checkbox");
    const chosen = boxes.filter((box) => box.checked).length;
    const { fewest, most } = form.dataset;
    for (const box of boxes) {
      box.disabled = !box.checked && chosen >= most;
    }
    for (const button of [...form.elements].filter((one) => one.type === "submit")) {
      button.disabled = chosen < fewest;
    }
  }

  function watch() {
    for (const form of document.querySelectorAll("[data-choose]")) {
      count(form);
    }
  }

  // Only the questions that the chosen rhythm asks.
  for (const form of document.querySelectorAll("[data-rhythm]")) {
    form.dataset.every = form.elements.every.value;
    form.elements.every.addEventListener("change", () => {
      form.dataset.every = form.elements.every.value;
    });
  }

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-choose]")) count(form);
  });
  document.addEventListener("htmx:afterSettle", watch);
  window.addEventListener("pageshow", watch);
  watch();
})();
