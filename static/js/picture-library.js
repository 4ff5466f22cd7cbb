/* The library: files that are chosen, dropped or pasted are brought in one after the other. */
(() => {
  const library = () => document.querySelector("[data-picture-library]");
  const part = (name) => library()?.querySelector(`[data-picture-${name}]`);
  const { upload, files } = window.candidPictures;

  function note(text, failed = false) {
    const line = document.createElement("p");
    line.textContent = text;
    line.classList.toggle("is-failed", failed);
    part("notes").append(line);
    return line;
  }

  async function bring(sources) {
    const notes = part("notes");
    if (!notes) return;
    notes.replaceChildren();
    let failed = 0;
    for (const source of sources) {
      const name = typeof source === "string" ? source : source.name;
      const line = note(notes.dataset.working.replace("__name__", name));
      try {
        const folder = library().dataset.folder;
        await upload(source, folder === "none" ? "" : folder);
        line.textContent = notes.dataset.done.replace("__name__", name);
      } catch (error) {
        failed += 1;
        line.textContent = `${name}: ${error.message || notes.dataset.offline}`;
        line.classList.add("is-failed");
      }
    }
    // The grid comes anew; what went wrong stays to be read.
    if (failed < sources.length) {
      const said = [...notes.children];
      await window.htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
      part("notes").replaceChildren(...said);
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-picture-upload]")) part("file").click();
    if (event.target.closest("[data-picture-fetch]")) {
      part("web").hidden = !part("web").hidden;
      if (!part("web").hidden) part("web").querySelector("input").focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-picture-file]") || !event.target.files.length) return;
    bring([...event.target.files]);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-picture-web]")) return;
    event.preventDefault();
    bring([event.target.querySelector("input").value]);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const pasted = files(event.clipboardData);
    if (pasted.length) bring(pasted);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (part("notes")) library().classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) library()?.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    library()?.classList.remove("is-over");
    const dropped = [...event.dataTransfer.files];
    if (dropped.length) bring(dropped);
  });
})();
