/* Blocks that are kept for other mails: keep the chosen one, and put one in. */
(() => {
  const editor = document.querySelector(".blocks");
  const menu = editor?.querySelector("[data-kept]");
  const dialog = document.getElementById("keep-block");
  if (!menu || !dialog) return;
  const form = dialog.querySelector("form");
  const problem = dialog.querySelector("[data-problem]");
  const status = editor.querySelector("[data-say]");
  let item = null;
  let kept = null;

  function show() {
    const buttons = kept.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "dropdown-item";
      button.textContent = one.name;
      button.addEventListener("click", () => editor.dispatchEvent(new CustomEvent("blocks:insert", { detail: structuredClone(one.block) })));
      return button;
    });
    menu.querySelector("[data-none]").hidden = buttons.length > 0;
    menu.querySelector("[data-list]").replaceChildren(...buttons);
  }

  menu.parentElement.addEventListener("show.bs.dropdown", async () => {
    if (kept) return;
    const response = await fetch(menu.dataset.kept, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    kept = (await response.json()).blocks;
    show();
  });

  editor.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keep]")) return;
    item = event.target.closest(".block");
    problem.textContent = "";
    form.reset();
    dialog.showModal();
  });

  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) dialog.close();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.set("body", JSON.stringify(window.candidBlocks.readItem(item)));
    const token = document.querySelector("#compose [name=csrfmiddlewaretoken]").value;
    let answer;
    try {
      const response = await fetch(form.action, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
      answer = await response.json();
    } catch {
      answer = { error: dialog.dataset.offline };
    }
    problem.textContent = answer.error || "";
    if (answer.error) return;
    dialog.close();
    status.textContent = dialog.dataset.done.replace("__name__", answer.name);
    kept = null;
  });
})();
