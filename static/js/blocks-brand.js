/* The brand in the block editor: what “brand” in a document stands for, and blocks of the brand. */
(() => {
  const found = document.getElementById("brand-look");
  if (!found || !window.candidBlocks) return;
  const { DECORATORS, DEFAULTS, FACES } = window.candidBlocks;
  const brand = JSON.parse(found.textContent);
  const COLOURS = ["page", "sheet", "ink", "accent", "link"];
  const FONTS = ["font", "titles"];

  Object.assign(DEFAULTS.style, Object.fromEntries([...COLOURS, ...FONTS].map((key) => [key, "brand"])));
  DEFAULTS.logo = () => ({ align: "left", width: 140, band: "", lock: "" });

  /** Say whether black or white reads better on a colour; the server does it the same way. */
  function on(colour) {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 ? "#111827" : "#ffffff";
  }

  /** Give the style of a mail with nothing left to the brand. */
  function resolved(style) {
    const looks = Object.fromEntries(COLOURS.map((key) => [key, style[key] === "brand" ? brand[key] : style[key]]));
    for (const key of FONTS) looks[key] = brand.fonts[style[key] === "brand" ? brand[key] : style[key]];
    return { ...looks, on: on(looks.accent) };
  }

  FACES.logo = (block, face, words) => {
    const made = document.createElement(brand.logo ? "img" : "p");
    if (brand.logo) {
      made.src = brand.logo;
      made.alt = words;
      made.referrerPolicy = "no-referrer";
      made.className = "block-picture";
      made.style.width = `${block.width}px`;
    } else {
      made.textContent = words;
      made.className = "block-brand-name";
    }
    face.replaceChildren(made);
    face.style.textAlign = block.align;
  };

  const social = FACES.social;
  FACES.social = (block, face, words) => {
    const links = block.brand ? brand.social.map(([name, href]) => ({ name, href })) : block.links;
    social({ ...block, links }, face, words);
  };

  DECORATORS.push((item) => {
    item.dataset.band = item.block.band || "";
    item.dataset.widths = item.block.widths || "";
  });
  const text = FACES.text;
  FACES.text = (block, face, words, nodes) => {
    text(block, face, words, nodes);
    face.firstChild.dataset.size = block.size || "";
  };

  window.candidBrand = { resolved };
})();
