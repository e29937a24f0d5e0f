// Draws every [data-chart] from the JSON beside it. Colours come from the design tokens; the table next to each
// chart holds the same numbers, so a chart that cannot be drawn loses nothing.
import * as echarts from "../vendor/echarts-6.1.0/echarts.esm.min.js";

const LOOKS = {
  "walk-in": { fill: "--walk-in-fill", edge: "--walk-in-fill" },
  booked: { fill: "--booked", edge: "--booked" },
  current: { fill: "--chart-current", edge: "--chart-current-edge" },
  "current-booked": { fill: "--chart-current", edge: "--chart-current-edge", hatched: true },
  other: { fill: "--chart-other", edge: "--chart-other" },
};

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hatch(look) {
  return { color: token(look.edge), dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4 };
}

function drawn(series) {
  const look = LOOKS[series.look] ?? LOOKS.other;
  const line = series.kind === "line";
  return {
    name: series.name,
    type: line ? "line" : "bar",
    data: series.values,
    barMaxWidth: 26,
    symbol: line ? "diamond" : undefined,
    symbolSize: 9,
    lineStyle: line ? { color: token(look.edge), width: 2, type: "dashed" } : undefined,
    itemStyle: { color: token(line ? look.edge : look.fill), borderColor: token(look.edge), borderWidth: 1, decal: look.hatched ? hatch(look) : undefined },
  };
}

// A whisker from the bar's top to its upper value, drawn at the bar's own place in its group.
function whisker(series, place, groups) {
  return {
    type: "custom",
    name: series.name,
    silent: true,
    z: 3,
    encode: { x: 0, y: [1, 2] },
    data: series.upTo.map((high, index) => [index, series.values[index], high]),
    renderItem(params, api) {
      const [index, low, high] = [api.value(0), api.value(1), api.value(2)];
      if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
      const layout = api.barLayout({ count: groups, barMaxWidth: 26 })[place];
      const [x, top] = api.coord([index, high]);
      const bottom = api.coord([index, low])[1];
      const centre = x + layout.offsetCenter;
      const style = { stroke: token("--ink"), lineWidth: 1.5 };
      return {
        type: "group",
        children: [
          { type: "line", shape: { x1: centre, y1: bottom, x2: centre, y2: top }, style },
          { type: "line", shape: { x1: centre - 4, y1: top, x2: centre + 4, y2: top }, style },
        ],
      };
    },
  };
}

// A long legend wraps in a narrow chart; the plot then begins below its second line.
function option(config, width) {
  const lines = config.series.length > 3 && width < 560 ? 2 : 1;
  const bars = config.series.filter((series) => series.kind !== "line");
  const whiskers = bars.filter((series) => series.upTo).map((series) => whisker(series, bars.indexOf(series), bars.length));
  const text = { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 12, top: 14 + 22 * lines, bottom: 4, containLabel: true },
    legend: { top: 4, left: 4, itemWidth: 16, itemHeight: 11, data: config.series.map((series) => series.name), textStyle: { ...text, fontSize: 13 } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
    xAxis: { type: "category", data: config.categories, axisTick: { show: false }, axisLabel: text },
    yAxis: { type: "value", axisLabel: text, splitLine: { lineStyle: { color: token("--line") } } },
    series: [...config.series.map(drawn), ...whiskers],
  };
}

for (const element of document.querySelectorAll("[data-chart]")) {
  const config = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const chart = echarts.init(element, null, { renderer: "canvas" });
  const draw = () => chart.setOption(option(config, element.clientWidth), true);
  draw();
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
