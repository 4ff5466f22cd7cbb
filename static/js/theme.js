/* Choose light or dark before the first paint; loaded blocking, on purpose.
   The choice ("light", "dark", or nothing for the system's) is kept in this browser. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem("candid-theme") || "auto";
    } catch {
      return "auto";
    }
  }

  function apply() {
    const chosen = choice();
    const theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    root.dataset.themeChoice = chosen;
    if (root.dataset.bsTheme === theme) return;
    root.dataset.bsTheme = theme;
    // Charts draw on canvas and must be told.
    root.dispatchEvent(new CustomEvent("candid:theme", { bubbles: true, detail: { theme } }));
  }

  window.candidTheme = {
    choose(chosen) {
      try {
        if (chosen === "auto") localStorage.removeItem("candid-theme");
        else localStorage.setItem("candid-theme", chosen);
      } catch {
        root.dataset.bsTheme = chosen;
      }
      apply();
    },
  };
  dark.addEventListener("change", apply);
  apply();
})();
