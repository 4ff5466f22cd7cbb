// Lines and bars, as options of ECharts. Loaded by charts.js when the first chart is drawn.

"use strict";

(() => {
  const DASHES = ["solid", "dashed", "dotted"];
  const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
  const { number } = window.candidCharts;

  function axes(spec, theme, width) {
    const longest = Math.max(...spec.labels.map((label) => label.length)) * 7;
    // Few are all shown, unless they have no short form and there is no room for the long one.
    const fit = spec.short.length || (width - 64) / spec.labels.length - 10 > longest;
    const few = spec.labels.length <= 12 && fit;
    // Room for the longest label and air around it: two that nearly touch read as one.
    const room = longest + 40;
    const cramped = few && spec.short.length && width < spec.labels.length * 100;
    const step = Math.ceil(spec.labels.length / Math.max(1, Math.floor((width - 64) / room)));
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

  const kinds = {
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

  Object.assign(window.candidCharts.kinds, kinds);
})();
