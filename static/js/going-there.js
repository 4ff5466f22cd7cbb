/* Go to the place that a finding names: a field, a line of the body, or a block. */
(() => {
  const [, kind, number] = location.hash.match(/^#(line|block)-(\d+)$/) || [];
  const field = document.getElementById(location.hash.slice(1));
  const body = document.getElementById("id_body");

  if (kind === "block") {
    const block = document.querySelectorAll(".blocks-canvas .block")[number - 1];
    block?.focus();
    block?.scrollIntoView({ block: "center" });
  } else if (kind === "line" && body) {
    const lines = body.value.split("\n");
    const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    body.focus();
    body.setSelectionRange(start, start + (lines[number - 1] || "").length);
    // As high as the line is, as far as lines are alike: long ones are broken.
    body.scrollTop = (body.scrollHeight / lines.length) * (number - 1) - body.clientHeight / 2;
    body.scrollIntoView({ block: "center" });
  } else if (field?.form?.id === "compose") field.focus();
})();
