/* What is not saved yet is kept in this browser: through a closed tab, a lost network, a sign-out.
   Opened again, the page offers it, with what differs. */
(() => {
  const form = document.getElementById("compose");
  if (!form) return;
  const place = document.getElementById("unsaved");
  const key = `candid-unsaved ${form.dataset.draft}`;
  const NAMES = ["name", "subject", "preheader", "format", "body", "text"];
  // A draft that nobody came back for stays no longer than that.
  const LONGEST = 30 * 24 * 3600 * 1000;
  let waiting = 0;

  const fields = () => Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));
  const named = (found) => NAMES.filter((name) => found[name] !== undefined);

  function read() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function keep() {
    clearTimeout(waiting);
    waiting = 0;
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: fields() }));
    } catch {
      // No room, or not allowed: the page still asks before it is closed.
    }
  }

  form.addEventListener("input", () => (waiting ||= setTimeout(keep, 250)));
  window.addEventListener("pagehide", () => waiting && keep());

  document.addEventListener("candid:saved", (event) => {
    if (!event.detail) return;
    clearTimeout(waiting);
    waiting = 0;
    localStorage.removeItem(key);
  });

  // --- Offered on opening ------------------------------------------------------------------------

  async function offer() {
    const found = read();
    if (!found) return;
    const now = fields();
    const old = Date.now() - found.at > LONGEST;
    if (old || named(found.fields).every((name) => found.fields[name] === now[name])) return localStorage.removeItem(key);
    place.replaceChildren(document.getElementById("unsaved-offer").content.cloneNode(true));
    place.querySelector("[data-at]").textContent = new Date(found.at).toLocaleString(document.documentElement.lang);
    // Typing goes on from what is saved only when the member says so.
    place.querySelector("[data-unsaved=take]").addEventListener("click", () => take(found.fields));
    place.querySelector("[data-unsaved=drop]").addEventListener("click", () => {
      localStorage.removeItem(key);
      place.replaceChildren();
    });
    const data = new FormData(form);
    for (const name of named(found.fields)) data.set(name, found.fields[name]);
    const answer = await fetch(place.dataset.compare, { method: "POST", body: data });
    const shown = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    place.querySelector("[data-difference]").replaceChildren(...document.importNode(shown.body, true).childNodes);
  }

  async function take(found) {
    for (const name of named(found)) form.elements[name].value = found[name];
    form.dispatchEvent(new Event("input"));
    if (await window.candidWriting.saved()) location.reload();
  }

  offer();
})();
