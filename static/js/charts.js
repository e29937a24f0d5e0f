// Draws every [data-chart] from the JSON beside it. The table next to each chart holds the same numbers, so a chart
// that cannot be drawn loses nothing.
import * as echarts from "../vendor/echarts-6.1.0/echarts.esm.min.js";
import { option } from "./chart-kinds.js";

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

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
