// What each kind of chart looks like: bars, lines, across, dots, points, curves. Colours come from the design tokens.

const LOOKS = {
  "walk-in": { fill: "--walk-in-fill", edge: "--walk-in-fill" },
  booked: { fill: "--booked", edge: "--booked" },
  current: { fill: "--chart-current", edge: "--chart-current-edge" },
  "current-booked": { fill: "--chart-current", edge: "--chart-current-edge", hatched: true },
  other: { fill: "--chart-other", edge: "--chart-other" },
};
const WIDEST_BAR = 26;

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function words() {
  return { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
}

function lookOf(series) {
  return LOOKS[series.look] ?? LOOKS.other;
}

function hatch(look) {
  return { color: token(look.edge), dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4 };
}

function bar(series) {
  const look = lookOf(series);
  return {
    name: series.name,
    type: "bar",
    data: series.values,
    barMaxWidth: WIDEST_BAR,
    itemStyle: { color: token(look.fill), borderColor: token(look.edge), borderWidth: 1, decal: look.hatched ? hatch(look) : undefined },
  };
}

function dashed(series) {
  const edge = token(lookOf(series).edge);
  return {
    name: series.name,
    type: "line",
    data: series.values,
    symbol: "diamond",
    symbolSize: 9,
    lineStyle: { color: edge, width: 2, type: "dashed" },
    itemStyle: { color: edge },
  };
}

// A whisker from a lower to an upper value, drawn at the bar's own place in its group, or in the middle.
function whisker(series, lows, highs, place, groups) {
  return {
    type: "custom",
    name: series.name,
    silent: true,
    z: 3,
    encode: { x: 0, y: [1, 2] },
    data: highs.map((high, index) => [index, lows[index], high]),
    renderItem(params, api) {
      const [index, low, high] = [api.value(0), api.value(1), api.value(2)];
      if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
      const layout = groups ? api.barLayout({ count: groups, barMaxWidth: WIDEST_BAR })[place] : { offsetCenter: 0 };
      const [x, top] = api.coord([index, high]);
      const bottom = api.coord([index, low])[1];
      const centre = x + layout.offsetCenter;
      const style = { stroke: token("--ink"), lineWidth: 1.5 };
      const cap = (y) => ({ type: "line", shape: { x1: centre - 4, y1: y, x2: centre + 4, y2: y }, style });
      return { type: "group", children: [{ type: "line", shape: { x1: centre, y1: bottom, x2: centre, y2: top }, style }, cap(top), cap(bottom)] };
    },
  };
}

function bars(config) {
  const standing = config.series.filter((series) => series.kind !== "line");
  const whiskers = standing
    .filter((series) => series.upTo)
    .map((series) => whisker(series, series.low ?? series.values, series.upTo, standing.indexOf(series), standing.length));
  return { series: [...config.series.map((series) => (series.kind === "line" ? dashed(series) : bar(series))), ...whiskers] };
}

// A line for each series; the first one carries the mark: a dashed line where something began.
function lines(config) {
  const drawn = config.series.map((series, index) => {
    const edge = token(lookOf(series).edge);
    return {
      name: series.name,
      type: "line",
      data: series.values,
      symbol: index ? "rect" : "circle",
      symbolSize: 7,
      connectNulls: true,
      lineStyle: { color: edge, width: 2.5 },
      itemStyle: { color: edge },
    };
  });
  if (config.mark) {
    drawn[0].markLine = {
      silent: true,
      symbol: "none",
      label: { formatter: config.mark.text, color: token("--ink"), fontWeight: 700 },
      lineStyle: { color: token("--ink"), type: "dashed", width: 1.5 },
      data: [{ xAxis: config.mark.at }],
    };
  }
  return { ...(config.mark ? { grid: { left: 8, right: 12, top: 54, bottom: 4, containLabel: true } } : {}), series: drawn };
}

function lying(config, text, width) {
  return {
    grid: { left: 8, right: 24, top: 10, bottom: 4, containLabel: true },
    legend: undefined,
    xAxis: { type: "value", max: config.most, interval: config.most && config.most / 4, axisLabel: { ...text, hideOverlap: true, formatter: `{value}${config.unit ?? ""}` }, splitNumber: 3, splitLine: { lineStyle: { color: token("--line") } } },
    yAxis: { type: "category", inverse: true, data: config.categories, axisTick: { show: false }, axisLabel: { ...text, width: Math.min(120, width * 0.4), overflow: "truncate" } },
  };
}

function across(config, text, width) {
  return { ...lying(config, text, width), series: config.series.map(bar) };
}

// Dots on a logarithmic axis with ticks that have words.
function dots(config, text, width) {
  const base = lying(config, text, width);
  const ticks = Object.fromEntries(config.ticks.map((tick) => [tick.at, tick.text]));
  const at = config.ticks.map((tick) => Math.log10(tick.at));
  const axis = { type: "value", min: at[0], max: at.at(-1), axisLabel: { ...text, customValues: at, formatter: (value) => ticks[Math.round(10 ** value)] ?? "" }, axisTick: { customValues: at }, splitLine: { show: false } };
  const drawn = config.series.map((series) => ({
    name: series.name,
    type: "scatter",
    symbolSize: 13,
    itemStyle: { color: token(lookOf(series).fill) },
    data: series.values.map((value, index) => (value === null ? null : [Math.min(at.at(-1), Math.max(at[0], Math.log10(Math.max(1, value)))), index])).filter(Boolean),
  }));
  return { ...base, xAxis: axis, tooltip: undefined, series: drawn };
}

// Points with their intervals; those outside the goal are red diamonds; the goal is a band behind them.
function points(config, text) {
  const [series] = config.series;
  const ends = [...series.low, ...series.high, ...config.band];
  const drawn = {
    name: series.name,
    type: "scatter",
    symbolSize: 12,
    z: 4,
    data: series.values.map((value, index) => ({ value: [index, value], symbol: series.off[index] ? "diamond" : "circle", itemStyle: { color: token(series.off[index] ? "--danger" : lookOf(series).fill) } })),
    markArea: { silent: true, itemStyle: { color: token("--chart-current"), opacity: 0.45 }, data: [[{ yAxis: config.band[0] }, { yAxis: config.band[1] }]] },
  };
  const tenth = (value, round) => round(value * 10) / 10;
  return {
    legend: undefined,
    grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
    yAxis: { type: "value", min: tenth(Math.min(...ends), Math.floor), max: tenth(Math.max(...ends), Math.ceil), axisLabel: { ...text, formatter: (value) => value.toFixed(2) }, splitLine: { lineStyle: { color: token("--line") } } },
    series: [drawn, whisker(series, series.low, series.high, 0, 0)],
  };
}

// Distributions as stepped outlines, the first filled: what is now, and what would be.
function curves(config) {
  return {
    series: config.series.map((series, index) => {
      const look = lookOf(series);
      return {
        name: series.name,
        type: "line",
        step: "middle",
        data: series.values,
        symbol: "none",
        lineStyle: { color: token(look.edge), width: 2.5, type: index ? "solid" : "dashed" },
        itemStyle: { color: token(look.edge) },
        areaStyle: { color: token(look.fill), opacity: index ? 0.18 : 0.45 },
      };
    }),
  };
}

// A label that fits under its bar: 07–08 as 07, a day above its weekday. The table has it in full.
function brief(name) {
  return name.replace(/^(\d\d)–\d\d$/, "$1").replace(" ", "\n");
}

const KINDS = { bars, lines, across, dots, points, curves };

// A long legend wraps in a narrow chart; the plot then begins below its second line.
export function option(config, width) {
  const text = words();
  const rows = config.series.length > 3 && width < 560 ? 2 : 1;
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 12, top: 14 + 22 * rows, bottom: 4, containLabel: true },
    legend: { top: 4, left: 4, itemWidth: 16, itemHeight: 11, data: config.series.map((series) => series.name), textStyle: { ...text, fontSize: 13 } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
    xAxis: { type: "category", data: config.categories, axisTick: { show: false }, axisLabel: { ...text, lineHeight: 15, formatter: brief, interval: width / config.categories.length > 64 ? 0 : "auto" } },
    yAxis: { type: "value", max: config.most, axisLabel: { ...text, formatter: `{value}${config.unit ?? ""}` }, splitLine: { lineStyle: { color: token("--line") } } },
    ...(KINDS[config.kind] ?? bars)(config, text, width),
  };
}
