/* Another way of writing: the page says what becomes of the mail, and the server turns it. */
(() => {
  const form = document.getElementById("compose");
  if (!form) return;
  const turning = document.getElementById("turning");
  let was = form.elements.format.value;

  form.addEventListener(
    "change",
    async (event) => {
      if (event.target.name !== "format") return;
      const wish = event.target.value;
      if (window.candidBlocks.isEmpty(was, form.elements.body.value)) return (was = wish);
      // The server turns what is saved: the radio stays until it has.
      event.stopImmediatePropagation();
      form.elements.format.value = was;
      if (!(await window.candidWriting.saved())) return;
      turning.elements.format.value = wish;
      turning.elements.version.value = form.elements.version.value;
      turning.elements.ask.value = `${turning.dataset[`${was}-${wish}`.replace(/-(\w)/, (_all, letter) => letter.toUpperCase())]} ${turning.dataset.stays}`;
      turning.requestSubmit();
    },
    true,
  );
})();
