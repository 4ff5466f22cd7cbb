/* A page that renews itself must not do so under somebody's hands. */
(() => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.target;
    if (part.id !== "progress" || event.detail.requestConfig.verb !== "get") return;
    const busy = document.querySelector("dialog[open]") || part.contains(document.activeElement);
    const ticked = part.querySelector("[data-pick-one]:checked");
    if (busy || ticked || document.hidden) event.preventDefault();
  });
})();
