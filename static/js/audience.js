/* The page on which an import's columns are chosen. Without it, all of it works too. */
(() => {
  // <form data-submit-on-change>: read the file anew when how it is read changes.
  for (const form of document.querySelectorAll("[data-submit-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  // <div data-shown-for="name=value">: shown while that choice is made.
  const parts = [...document.querySelectorAll("[data-shown-for]")];

  function show() {
    for (const part of parts) {
      const [name, value] = part.dataset.shownFor.split("=");
      const chosen = document.querySelector(`input[name="${name}"]:checked`);
      part.hidden = chosen?.value !== value;
    }
  }

  // <div data-shown-for-field="id">: shown while the <select id> makes a field of a column.
  const kinds = [...document.querySelectorAll("[data-shown-for-field]")];

  function showKinds() {
    for (const kind of kinds) {
      const target = document.getElementById(kind.dataset.shownForField);
      kind.hidden = !target.value.startsWith("field:");
    }
  }

  document.addEventListener("change", show);
  document.addEventListener("change", showKinds);
  show();
  showKinds();
})();
