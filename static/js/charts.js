// Draw the charts of <c-chart> with ECharts: in the page's colours, light or dark, still for
// people who asked for no motion, and again when htmx brings a new one. The library is
// loaded when the first chart is.

"use strict";

(() => {
  // Okabe and Ito's colours, which people with any colour vision tell apart; shifted for
  // contrast on either ground. Lines and bars differ by shape and pattern as well.
  const COLOURS = {
    light: ["#0d6b5a", "#c2620a", "#2f6fb3", "#a3467f", "#666b72", "#7d6b00"],
    dark: ["#5cc7ae", "#f2a154", "#85b8e6", "#e59ac6", "#b3b8bf", "#ddd06a"],
  };
  const DASHES = ["solid", "dashed", "dotted"];
  const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
  const charts = new Map();
  const drawn = new Set();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let library;
  let world;

  function load(source) {
    library ??= window.echarts ? Promise.resolve() : new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  function loadWorld(source) {
    world ??= fetch(source)
      .then((answer) => answer.json())
      .then((topology) => window.echarts.registerMap("world", { geoJSON: outlines(topology) }));
    return world;
  }

  // TopoJSON keeps each border once, as steps on a grid; ECharts wants closed rings.
  function outlines(topology) {
    const { scale, translate } = topology.transform;
    const arcs = topology.arcs.map((arc) => {
      let x = 0;
      let y = 0;
      return arc.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
      });
    });
    const ring = (numbers) => unwrapped(numbers.flatMap((number, place) => {
      const points = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
      return place ? points.slice(1) : points;
    }));
    const shape = ({ type, arcs: parts }) => ({
      type,
      coordinates: type === "Polygon" ? parts.map(ring) : parts.map((part) => part.map(ring)),
    });
    const features = topology.objects.countries.geometries
      .filter((country) => country.id !== "010") // Antarctica reads no mail, and is large.
      .map((country) => ({
        type: "Feature",
        properties: { name: country.id ?? country.properties.name, title: country.properties.name },
        geometry: shape(country),
      }));
    return { type: "FeatureCollection", features };
  }

  // A ring that crosses the date line goes on past 180° instead of back across the map.
  function unwrapped(ring) {
    let turn = 0;
    return ring.map(([x, y], place) => {
      const step = place ? x - ring[place - 1][0] : 0;
      turn -= Math.abs(step) > 180 ? Math.sign(step) * 360 : 0;
      return [x + turn, y];
    });
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

  const number = (value) =>
    value === null || value === undefined || Number.isNaN(value)
      ? "–" : value.toLocaleString(document.documentElement.lang || "en");

  function common(spec, theme, animate) {
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
        // On a phone many names would come down over the chart.
        type: spec.series.length > 3 ? "scroll" : "plain",
        top: 0,
        left: 0,
        icon: "roundRect",
        itemWidth: 14,
        itemHeight: 10,
        textStyle: { color: theme.text },
      },
      grid: {
        top: spec.series.length > 1 ? 40 : 12, right: 16, bottom: 8, left: 8, containLabel: true,
      },
    };
  }

  function axes(spec, theme, width) {
    const few = spec.labels.length <= 12;
    // Room for the longest label and air around it: two that nearly touch read as one.
    const room = Math.max(...spec.labels.map((label) => label.length)) * 7 + 40;
    const cramped = few && spec.short.length && width < spec.labels.length * 100;
    const step = Math.ceil(spec.labels.length / Math.max(1, Math.floor(width / room)));
    const categories = {
      type: "category",
      data: spec.labels,
      axisLine: { lineStyle: { color: theme.line } },
      axisTick: { show: false },
      axisLabel: {
        color: theme.muted,
        overflow: cramped ? "none" : "truncate",
        formatter: cramped ? (label, index) => spec.short[index] : undefined,
        alignMinLabel: few ? undefined : "left",
        alignMaxLabel: few ? undefined : "right",
        hideOverlap: !few,
        interval: few ? 0 : (index) => index % step === 0,
        width: few ? Math.max(24, (width - 64) / spec.labels.length - 10) : undefined,
      },
    };
    const values = {
      type: "value",
      minInterval: spec.unit ? 0 : 1,
      splitNumber: 4,
      splitLine: { lineStyle: { color: theme.line } },
      axisLabel: {
        color: theme.muted,
        formatter: (value) => number(value) + (spec.unit || ""),
      },
    };
    return { categories, values };
  }

  const KINDS = {
    line(spec, theme, width) {
      const { categories, values } = axes(spec, theme, width);
      return {
        xAxis: {
          ...categories,
          boundaryGap: false,
          axisLabel: { ...categories.axisLabel, alignMaxLabel: "right" },  // Else it is cut off.
        },
        yAxis: values,
        series: spec.series.map((series, place) => ({
          type: "line",
          name: series.name,
          data: series.values,
          symbol: SYMBOLS[place % SYMBOLS.length],
          showSymbol: spec.labels.length < 3,
          symbolSize: 7,
          lineStyle: { width: 2.5, type: DASHES[place % DASHES.length] },
          areaStyle: place === 0 ? { opacity: 0.12 } : undefined,
          emphasis: { focus: "series" },
        })),
      };
    },
    bar(spec, theme, width) {
      const { categories, values } = axes(spec, theme, width);
      return {
        xAxis: categories, yAxis: values, series: bars(spec, theme, [3, 3, 0, 0]), aria: patterns(spec),
      };
    },
    bars(spec, theme, width) {
      const { categories, values } = axes(spec, theme, width);
      return {
        xAxis: values,
        yAxis: { ...categories, inverse: true, axisLabel: { ...categories.axisLabel, width: 160 } },
        series: bars(spec, theme, [0, 3, 3, 0]),
        aria: patterns(spec),
      };
    },
    map(spec, theme) {
      const values = spec.series[0].values;
      const encode = window.echarts.format.encodeHTML;
      return {
        tooltip: {
          trigger: "item",
          formatter: ({ name, data }) => {
            const shape = window.echarts.getMap("world").geoJSON.features
              .find((feature) => feature.properties.name === name);
            const title = data?.title ?? shape?.properties.title ?? name;
            return `${encode(title)}: <strong>${number(data?.value ?? 0)}</strong>`;
          },
        },
        visualMap: {
          min: 0,
          max: Math.max(1, ...values),
          calculable: false,
          orient: "horizontal",
          left: 0,
          bottom: 0,
          itemHeight: 90,
          itemWidth: 10,
          textStyle: { color: theme.muted },
          formatter: number,
          inRange: { color: theme.dark ? ["#1f4a41", "#7fe0c8"] : ["#cfe6dd", "#0a4a3e"] },
        },
        series: [{
          type: "map",
          map: "world",
          name: spec.series[0].name,
          top: 0,
          bottom: 28,
          left: 0,
          right: 0,
          preserveAspect: "contain",
          aspectScale: 0.8,
          selectedMode: false,
          showLegendSymbol: false,
          label: { show: false },
          itemStyle: {
            areaColor: theme.dark ? "#26312f" : "#ece7dd", borderColor: theme.ground, borderWidth: 0.5,
          },
          emphasis: {
            label: { show: false },
            itemStyle: { areaColor: theme.colours[1] },
          },
          data: spec.keys.map((key, place) => ({
            name: key, value: values[place], title: spec.labels[place],
          })),
        }],
      };
    },
  };

  function bars(spec, theme, radius) {
    const thing = (series) => series.stack || series.name;
    const things = [...new Set(spec.series.map(thing))];
    return spec.series.map((series) => ({
      type: "bar",
      name: series.name,
      data: series.values,
      barMaxWidth: 28,
      stack: series.stack || undefined,
      itemStyle: {
        borderRadius: series.stack ? 0 : radius,
        // Parts of one stack are one thing: one colour, told apart by their pattern.
        color: theme.colours[things.indexOf(thing(series))],
      },
      emphasis: { focus: "series" },
    }));
  }

  // Colour is never the only difference: bars of several series carry patterns too.
  function patterns(spec) {
    return {
      enabled: true,
      label: { enabled: false },
      decal: {
        show: spec.series.length > 1,
        decals: [
          { symbol: "none" },
          { color: "rgba(255, 255, 255, .45)", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
          { color: "rgba(255, 255, 255, .5)", symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.6 },
          { color: "rgba(255, 255, 255, .4)", dashArrayX: [1, 0], dashArrayY: [3, 3] },
        ],
      },
    };
  }

  async function draw(figure) {
    const spec = JSON.parse(document.getElementById(figure.dataset.source).textContent);
    const canvas = figure.querySelector(".chart-canvas");
    await load(figure.dataset.library);
    if (figure.dataset.chart === "map") {
      await loadWorld(figure.dataset.world);
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
    const base = common(spec, theme, animate);
    const own = KINDS[figure.dataset.chart](spec, theme, chart.getWidth());
    const tooltip = { ...base.tooltip, ...own.tooltip };
    chart.setOption({ ...base, ...own, tooltip }, { notMerge: true });
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
  document.addEventListener("htmx:afterSettle", drawAll);
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", drawAll);
  } else {
    drawAll();
  }
})();
