/* Bring pictures in, and choose one: for the library, the writing page and any editor.

   candidPictures.upload(fileOrAddress, folder) → a picture; its error's message is for people.
   candidPictures.choose(sources) → {picture, alt}, or null when nobody chose.
   candidPictures.sources(transfer, {dropped}) → files, and what of the library was dragged or copied.
   What a picture is: see campaigns/composing/pictures/answers.py. */
(() => {
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
  const KINDS = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"];

  async function post(address, fields) {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    const response = await fetch(address, { method: "POST", body: data, headers: { "X-CSRFToken": token() } });
    const kind = response.headers.get("Content-Type") || "";
    // A page instead of an answer: signed out, or something in between said no.
    if (!kind.startsWith("application/json")) throw new Error("");
    const answer = await response.json();
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  async function upload(source, folder = "") {
    const address = (document.querySelector("[data-picture-library], [data-picture-picker]")).dataset.upload;
    return post(address, typeof source === "string" ? { url: source, folder } : { file: source, folder });
  }

  // Pasted text may bring a picture of itself along, as spreadsheets do: the text is meant.
  function files(transfer) {
    if (!transfer || transfer.types.includes("text/plain")) return [];
    return [...transfer.files].filter((file) => KINDS.includes(file.type));
  }

  // On our own pages a picture is an address with its key, or a link to its page.
  const OURS = /\/(?:pictures\/(\d+)\/|([0-9a-f]{32})\/(?:small\/|1x\/|2x\/)?[\w-]+\.(?:png|jpg|gif))/;

  /** Return what a transfer brings: one of the library's own is not brought in a second time. */
  function sources(transfer, { dropped = false } = {}) {
    if (!transfer || (!dropped && transfer.types.includes("text/plain"))) return [];
    const found = OURS.exec(`${transfer.getData("text/html")} ${transfer.getData("text/uri-list")}`);
    return found ? [{ one: found[1] || found[2] }] : files(transfer);
  }

  // --- The dialog -----------------------------------------------------------------------

  const picker = document.querySelector("[data-picture-picker]");
  let answer = null;
  let chosen = null;
  let search = 0;
  let asked = 0;

  const part = (name) => picker.querySelector(`[data-${name}]`);

  function say(text, failed = false) {
    part("says").textContent = text;
    part("says").classList.toggle("is-failed", failed);
  }

  function tile(picture) {
    const item = part("tile").content.firstElementChild.cloneNode(true);
    const button = item.querySelector("button");
    button.querySelector("img").src = picture.small_url;
    button.querySelector("[data-name]").textContent = picture.name;
    button.addEventListener("click", () => pick(picture));
    return item;
  }

  async function find(one) {
    const response = await fetch(`${picker.dataset.list}?${new URLSearchParams({ one })}`);
    const [picture] = (await response.json()).pictures;
    if (!picture) throw new Error(picker.dataset.gone);
    return picture;
  }

  async function list(page = 1) {
    const turn = ++asked;
    const query = new URLSearchParams({ q: part("find").value, folder: part("folder").value, page });
    try {
      const response = await fetch(`${picker.dataset.list}?${query}`);
      const found = await response.json();
      if (turn !== asked) return;
      const tiles = found.pictures.map(tile);
      if (page === 1) part("tiles").replaceChildren(...tiles);
      else part("tiles").append(...tiles);
      if (page > 1) tiles[0]?.querySelector("button").focus();
      part("none").hidden = found.count > 0;
      part("more").hidden = !found.next;
      part("more").dataset.page = found.next || "";
      const folders = part("folder");
      if (folders.options.length === 1) {
        for (const folder of found.folders) folders.add(new Option(folder.name, folder.id));
        folders.hidden = folders.options.length === 1;
      }
    } catch {
      say(picker.dataset.offline, true);
    }
  }

  function pick(picture) {
    chosen = picture;
    part("choose").hidden = true;
    part("describe").hidden = false;
    part("large").src = picture.small_url;
    part("alt").value = picture.alt;
    part("decorates").checked = false;
    part("alt").disabled = false;
    say("");
    part("alt").focus();
  }

  function back() {
    chosen = null;
    part("choose").hidden = false;
    part("describe").hidden = true;
    say("");
  }

  async function bring(sources) {
    for (const source of sources) {
      const name = typeof source === "string" ? source : source.name;
      if (name) say(picker.dataset.working.replace("__name__", name));
      try {
        const picture = source.one ? await find(source.one) : await upload(source, part("folder").value);
        say("");
        if (sources.length === 1) pick(picture);
      } catch (error) {
        say(error.message || picker.dataset.offline, true);
        return;
      }
    }
    if (sources.length > 1) list();
  }

  async function insert() {
    const alt = part("decorates").checked ? "" : part("alt").value.trim();
    if (!alt && !part("decorates").checked) {
      say(picker.dataset.missing, true);
      part("alt").focus();
      return;
    }
    if (alt && alt !== chosen.alt) {
      // The library remembers it for the next time; this time it is in the text anyway.
      post(`${chosen.page}alt/`, { alt }).catch(() => {});
    }
    answer = { picture: chosen, alt };
    picker.close();
  }

  function choose(sources = []) {
    back();
    answer = null;
    part("find").value = "";
    picker.showModal();
    part("find").focus();
    list();
    if (sources.length) bring(sources);
    return new Promise((resolve) => {
      picker.addEventListener("close", () => resolve(answer), { once: true });
    });
  }

  if (picker) {
    part("find").addEventListener("input", () => {
      clearTimeout(search);
      search = setTimeout(list, 250);
    });
    part("folder").addEventListener("change", () => list());
    part("more").addEventListener("click", () => list(part("more").dataset.page));
    part("file").addEventListener("change", (event) => {
      if (event.target.files.length) bring([...event.target.files]);
      event.target.value = "";
    });
    part("upload")?.addEventListener("click", () => part("file").click());
    part("web").addEventListener("submit", (event) => {
      event.preventDefault();
      bring([part("url").value]);
    });
    part("back").addEventListener("click", () => {
      back();
      list();
      part("find").focus();
    });
    part("decorates").addEventListener("change", (event) => {
      part("alt").disabled = event.target.checked;
    });
    part("insert").addEventListener("submit", (event) => {
      event.preventDefault();
      insert();
    });
    for (const button of picker.querySelectorAll("[data-cancel]")) button.addEventListener("click", () => picker.close());
    picker.addEventListener("dragover", (event) => event.preventDefault());
    picker.addEventListener("drop", (event) => {
      event.preventDefault();
      const dropped = files(event.dataTransfer);
      if (dropped.length) bring(dropped);
    });
    picker.addEventListener("paste", (event) => {
      const pasted = files(event.clipboardData);
      if (pasted.length) bring(pasted);
    });
  }

  window.candidPictures = { upload, choose, files, sources };
})();
