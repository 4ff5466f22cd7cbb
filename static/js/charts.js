// Draw the charts of <c-chart> with ECharts: in the page's colours, light or dark, still for
// people who asked for no motion, and again when htmx brings a new one. The library is
// loaded when the first chart is, and so are the other files of ours: lines and bars are drawn
// by chart-kinds.js, maps by chart-map.js.

"use strict";

(() => {
  // As many as a chart ever has, after Okabe and Ito: people with any colour vision tell them
  // apart, on either ground; a test reckons it. Lines and bars differ by dashes and pattern too.
  const COLOURS = {
    light: ["#0d6b5a", "#c2620a", "#2f6fb3", "#4a1942"],
    dark: ["#5cc7ae", "#f2a154", "#85b8e6", "#ffd6ec"],
  };
  const charts = new Map();
  const drawn = new Set();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  // What the other files of ours share with this one, and add to it.
  const shared = { kinds: {}, number };
  window.candidCharts = shared;
  const scripts = new Map();
  let world;

  function load(source) {
    if (!scripts.has(source)) {
      scripts.set(source, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = source;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      }));
    }
    return scripts.get(source);
  }

  async function loadMap(figure) {
    await load(figure.dataset.map);
    world ??= fetch(figure.dataset.world)
      .then((answer) => answer.json())
      .then((topology) =>
        window.echarts.registerMap("world", { geoJSON: shared.outlines(topology) }));
    return world;
  }

  // The style sheet's colours are `light-dark()` pairs: only an element knows which it wears.
  function look() {
    const probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
    const worn = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const theme = {
      text: worn("--tblr-body-color"),
      muted: worn("--tblr-secondary"),
      line: worn("--tblr-border-color"),
      ground: worn("--tblr-bg-surface"),
      font: getComputedStyle(document.body).fontFamily,
    };
    probe.remove();
    const [red, green, blue] = theme.ground.match(/[\d.]+/g).map(Number);
    theme.dark = 0.3 * red + 0.6 * green + 0.1 * blue < 128;
    theme.colours = theme.dark ? COLOURS.dark : COLOURS.light;
    return theme;
  }

  function number(value) {
    return value === null || value === undefined || Number.isNaN(value)
      ? "–" : value.toLocaleString(document.documentElement.lang || "en");
  }

  // How high the legend gets: names that do not fit into one line go on in the next.
  function legendHeight(spec, theme, width) {
    if (spec.series.length < 2) {
      return 0;
    }
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${theme.font}`;
    let rows = 1;
    let x = 0;
    for (const { name } of spec.series) {
      const size = pen.measureText(name).width + 32;
      if (x && x + size > width) {
        rows += 1;
        x = 0;
      }
      x += size;
    }
    return 18 + 22 * rows;
  }

  function common(spec, theme, animate, width) {
    return {
      animation: animate && !still.matches,
      animationDuration: 400,
      color: theme.colours,
      textStyle: { fontFamily: theme.font, color: theme.text },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: theme.ground,
        borderColor: theme.line,
        textStyle: { color: theme.text, fontSize: 13 },
        valueFormatter: (value) => number(value) + (spec.unit || ""),
      },
      legend: {
        show: spec.series.length > 1,
        top: 0,
        left: 0,
        icon: "roundRect",
        itemWidth: 14,
        itemHeight: 10,
        textStyle: { color: theme.text },
      },
      grid: {
        top: legendHeight(spec, theme, width) || 12, right: 16, bottom: 8, left: 8, containLabel: true,
      },
    };
  }

  async function draw(figure) {
    const spec = JSON.parse(document.getElementById(figure.dataset.source).textContent);
    const canvas = figure.querySelector(".chart-canvas");
    await Promise.all([load(figure.dataset.library), load(figure.dataset.kinds)]);
    if (figure.dataset.chart === "map") {
      await loadMap(figure);
    }
    if (!figure.isConnected || charts.has(figure)) {
      return;
    }
    const chart = window.echarts.init(canvas, null, { renderer: "svg" });
    const resizing = new ResizeObserver(() => {
      // Of no size while it is hidden, which ECharts cannot draw; seen again later.
      if (canvas.clientWidth && chart.getWidth() !== canvas.clientWidth) {
        chart.resize();
        paint(figure, false);
      }
    });
    charts.set(figure, { chart, canvas, spec, resizing });
    paint(figure, !drawn.has(figure.id));
    drawn.add(figure.id);
    resizing.observe(canvas);
  }

  function paint(figure, animate) {
    const { chart, canvas, spec } = charts.get(figure);
    if (!canvas.clientWidth) {
      return;
    }
    const theme = look();
    const base = common(spec, theme, animate, chart.getWidth());
    const own = shared.kinds[figure.dataset.chart](spec, theme, chart.getWidth());
    const tooltip = { ...base.tooltip, ...own.tooltip };
    chart.setOption({ ...base, ...own, tooltip }, { notMerge: true });
  }

  // Paper is narrower than the screen, and its charts are drawn for it.
  function fit() {
    for (const [figure, { chart, canvas }] of charts) {
      if (canvas.clientWidth && chart.getWidth() !== canvas.clientWidth) {
        chart.resize();
      }
      paint(figure, false);
    }
  }

  function sweep() {
    for (const [figure, { chart, resizing }] of charts) {
      if (!figure.isConnected) {
        resizing.disconnect();
        chart.dispose();
        charts.delete(figure);
      }
    }
  }

  function drawAll() {
    sweep();
    document.querySelectorAll("figure[data-chart]").forEach((figure) => {
      if (!charts.has(figure)) {
        draw(figure);
      }
    });
  }

  function repaintAll() {
    for (const figure of charts.keys()) {
      paint(figure, false);
    }
  }

  new MutationObserver(repaintAll).observe(document.documentElement, {
    attributes: true, attributeFilter: ["data-bs-theme"],
  });
  still.addEventListener("change", repaintAll);
  window.matchMedia("print").addEventListener("change", fit);
  document.addEventListener("htmx:afterSettle", drawAll);
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", drawAll);
  } else {
    drawAll();
  }
})();
