/* Moving blocks: by handle, by button, by key; and from one block to the next. */
(() => {
  /** Move the blocks of `canvas`; `changed` hears of it, `fresh` makes what is dragged in. */
  window.candidBlocks.mover = ({ editor, canvas, fresh, copied, choose, changed }) => {
    const status = editor.querySelector("[data-say]");
    const { list } = window.candidBlocks;

    // Columns hold no columns, conditions stand by themselves: the server says the same.
    function fits(kind, ol) {
      const around = ol.closest(".block");
      if (!around) return true;
      if (kind === "condition") return false;
      return kind !== "columns" || !ol.closest("[data-kind=columns]");
    }

    /** Give the list on this side of the one that holds `item`: the next column, or the block below. */
    function aside(item, step) {
      const around = item.parentElement.closest(".block");
      if (around?.block.type === "columns") return list(around)[list(around).indexOf(item.parentElement) + step];
      const beside = step > 0 ? item.nextElementSibling : item.previousElementSibling;
      return beside && list(beside)[0];
    }

    function into(item, ol) {
      if (ol && fits(item.block.type, ol)) ol.append(item);
    }

    const moves = {
      // At its end a block leaves the column or the condition that it is in.
      up: (item) => (item.previousElementSibling || item.parentElement.closest(".block"))?.before(item),
      down: (item) => (item.nextElementSibling || item.parentElement.closest(".block"))?.after(item),
      left: (item) => into(item, aside(item, -1)),
      right: (item) => into(item, aside(item, 1)),
      copy: (item) => {
        const copy = copied(item);
        item.after(copy);
        choose(copy);
      },
      delete: (item) => {
        const next = item.nextElementSibling || item.previousElementSibling || item.parentElement.closest(".block");
        item.remove();
        (next || editor.querySelector("[data-add]")).focus();
      },
    };

    function move(item, how, button) {
      moves[how](item);
      changed();
      if (how === "delete") status.textContent = status.dataset.deleted;
      else {
        (button || item).focus();
        item.scrollIntoView({ block: "nearest" });
        const all = [...item.parentElement.children];
        status.textContent = status.dataset.moved.replace("__n__", all.indexOf(item) + 1).replace("__all__", all.length);
      }
    }

    function sortable(ol) {
      window.Sortable.create(ol, {
        group: { name: "blocks", put: (to, _from, dragged) => fits(dragged.dataset.kind || dragged.dataset.add, to.el) },
        handle: ".block-handle",
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        // An empty column is easy to meet.
        emptyInsertThreshold: 24,
        onStart: () => editor.classList.add("is-dragging"),
        onEnd: (event) => {
          editor.classList.remove("is-dragging");
          choose(event.item);
        },
        onAdd: (event) => {
          if (!event.item.dataset.add) return;
          const item = fresh(event.item.dataset.add);
          event.item.replaceWith(item);
          choose(item);
        },
        onSort: () => changed(),
      });
    }

    window.Sortable.create(editor.querySelector(".blocks-palette"), {
      group: { name: "blocks", pull: "clone", put: false },
      sort: false,
      // A finger that slides along the kinds of blocks drags none of them.
      delay: 180,
      delayOnTouchOnly: true,
      onStart: () => editor.classList.add("is-dragging"),
      onEnd: () => editor.classList.remove("is-dragging"),
    });

    const arrows = { arrowup: "up", arrowdown: "down", arrowleft: "left", arrowright: "right" };

    function step(item, by) {
      const all = [...canvas.querySelectorAll(".block")];
      all[all.indexOf(item) + by]?.focus();
    }

    editor.addEventListener("keydown", (event) => {
      const item = event.target.closest(".block");
      const key = event.key.toLowerCase();
      if (!item || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      if (event.target.closest(".block-link")) return;
      const itself = event.target === item;
      // Within words, Alt with an arrow to the side is a word's step on a Mac.
      if (event.altKey && arrows[key] && (itself || ["arrowup", "arrowdown"].includes(key))) move(item, arrows[key]);
      else if (key === "escape" && !itself) item.focus();
      else if (itself && ["delete", "backspace"].includes(key)) move(item, "delete");
      else if (itself && ["arrowup", "arrowdown"].includes(key)) step(item, key === "arrowup" ? -1 : 1);
      else if (itself && key === "enter") item.querySelector("[contenteditable], .blocks-settings :is(input, textarea, select, button)")?.focus();
      else return;
      event.preventDefault();
    });

    editor.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (button) move(button.closest(".block"), button.dataset.move, button);
    });

    return { fits, sortable };
  };
})();
