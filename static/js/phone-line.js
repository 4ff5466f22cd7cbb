/* What a phone shows of a mail in its list, as it is typed: cut where the phone would cut it. */
(() => {
  const line = document.querySelector(".phone-line");
  const tags = document.getElementById("merge-tags");
  if (!line || !tags) return;
  const EXAMPLES = new Map(JSON.parse(tags.textContent).map(([, source, example]) => [source, example]));

  /** Put into the tags what somebody without any fields gets, or else an example. */
  function filled(text) {
    const said = text.replace(/\{\{.*?\}\}/g, (tag) => /default:\s*"([^"]*)"/.exec(tag)?.[1] || EXAMPLES.get(tag) || "…");
    return said.replace(/\{%.*?%\}/g, "").trim();
  }

  function show() {
    for (const place of line.querySelectorAll("[data-shows]")) {
      const field = document.getElementById(`id_${place.dataset.shows}`);
      const text = field.matches("select") ? (field.selectedOptions[0]?.text || "").replace(/ <.*/, "") : filled(field.value);
      place.textContent = text || place.dataset.words;
      place.classList.toggle("is-empty", !text);
    }
  }

  for (const kind of ["input", "change"]) line.closest("form").addEventListener(kind, show);
  show();
})();
