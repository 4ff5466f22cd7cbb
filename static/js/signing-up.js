/* The sign-up form: prove a little work, so that a person's limit is a wide one. Without it,
   all of it works too, under a stricter limit. */
(() => {
  const form = document.querySelector("form[data-challenge]");
  // Browsers hash on pages that came over https, or from this machine.
  if (!form || !window.crypto?.subtle) return;
  const { challenge, bits } = form.dataset;
  const encoder = new TextEncoder();
  let begun = false;

  async function hash(answer) {
    const bytes = await crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${answer}`));
    return new DataView(bytes).getUint32(0);
  }

  function put(name, value) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }

  async function prove() {
    if (begun) return;
    begun = true;
    let answer = 0;
    while ((await hash(answer)) >>> (32 - Number(bits))) answer += 1;
    put("challenge", challenge);
    put("proof", answer);
    form.dataset.proven = "yes";
  }

  form.addEventListener("focusin", prove);
  form.addEventListener("input", prove);
})();
