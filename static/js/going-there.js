/* Go to the place that a finding names: a field, a line of the body, or a block. */
(() => {
  const [, kind, number] = location.hash.match(/^#(line|block)-(\d+)$/) || [];
  const place = document.getElementById(location.hash.slice(1));
  const body = document.getElementById("id_body");
  const blocks = () => document.querySelectorAll(".blocks-canvas .block");

  const show = (element) => {
    element?.focus();
    element?.scrollIntoView({ block: "center" });
  };

  const go = () => {
    if (kind === "block") show(blocks()[number - 1]);
    else if (kind === "line" && body) {
      const lines = body.value.split("\n");
      const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
      body.focus();
      body.setSelectionRange(start, start + (lines[number - 1] || "").length);
      // As high as the line is, as far as lines are alike: long ones are broken.
      body.scrollTop = (body.scrollHeight / lines.length) * (number - 1) - body.clientHeight / 2;
      body.scrollIntoView({ block: "center" });
    } else if (place?.closest("#compose")) {
      if (place.localName === "details") place.open = true;
      // A mail in blocks is not written where its source is kept, nor are lists one field.
      const shown = place === body && !body.checkVisibility()
        ? blocks()[0] || document.querySelector(".blocks-palette button")
        : place;
      const holds = shown.matches("input, select, textarea, .block, button");
      show(holds ? shown : shown.querySelector("input"));
    }
  };

  go();
  // From a place that cannot hold the cursor itself, browsers take it away once all is loaded.
  addEventListener("load", () => setTimeout(() => {
    if (document.activeElement === document.body) go();
  }));
})();
