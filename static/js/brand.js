/* The page of a brand: choose its logo out of the library. */
(() => {
  const form = document.getElementById("brand");
  if (!form || !window.candidPictures) return;
  form.addEventListener("click", async (event) => {
    if (!event.target.closest("[data-brand-logo]")) return;
    const found = await window.candidPictures.choose();
    if (!found) return;
    form.elements.logo.value = found.picture.sharp_url || found.picture.url;
    form.elements.logo.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
