// A map of the world, as an option of ECharts. Loaded by charts.js when the first map is drawn.

"use strict";

(() => {
  const { number } = window.candidCharts;

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

  function map(spec, theme) {
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
        text: [number(Math.max(1, ...values)), `${spec.series[0].name}: 0`],
        textStyle: { color: theme.muted },
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
  }

  window.candidCharts.kinds.map = map;
  window.candidCharts.outlines = outlines;
})();
