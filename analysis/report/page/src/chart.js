// One panel of a figure as an ECharts option; the figure's form is that of analysis/report/figure.hpp.
import * as echarts from "echarts/core";
import { CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { colourOf, heatColours, isHatched, numberText, paper, symbolOf, tickText } from "./style.js";

echarts.use([
  CustomChart, HeatmapChart, LineChart, ScatterChart, GridComponent, TooltipComponent,
  VisualMapContinuousComponent, CanvasRenderer, SVGRenderer,
]);

const dashes = { solid: "solid", dashed: [6, 4], dotted: [2, 3] };

function axisBase(axis, look) {
  return {
    name: axis.title + (axis.percent ? " (%)" : ""),
    nameLocation: "middle",
    nameTextStyle: { color: look.quiet, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: look.quiet } },
    axisTick: { show: false },
    axisLabel: { color: look.quiet, fontSize: 11, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: look.grid } },
  };
}

// 1, 2 and 5 times powers of ten, or these alone where there would be many.
function decades(minimum, maximum) {
  const all = (factors) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(minimum)); power <= Math.log10(maximum); ++power) {
      for (const factor of factors) {
        const tick = +(factor * 10 ** power).toPrecision(3);
        if (tick >= minimum && tick <= maximum) ticks.push(tick);
      }
    }
    return ticks;
  };
  const fine = all([1, 2, 5]);
  return fine.length <= 7 ? fine : all([1]);
}

// As round_ticks() of analysis/report/ticks.hpp.
function roundTicks(minimum, maximum, most) {
  const rough = (maximum - minimum) / most;
  if (!(rough > 0)) return [minimum];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) * power;
  const ticks = [];
  for (let number = Math.ceil(minimum / step - 1e-9); number * step <= maximum + 1e-9 * step; ++number) ticks.push(number * step);
  return ticks;
}

// Of the x axis of lines: what is drawn may begin and end anywhere, its ticks are round.
function ticksOfLines(panel) {
  const all = panel.series.flatMap((series) => series.x).filter((x) => x != null);
  const minimum = panel.x.minimum ?? Math.min(...all);
  const maximum = panel.x.maximum ?? Math.max(...all);
  const ticks = Number.isFinite(minimum + maximum) ? roundTicks(minimum, maximum, 4) : [];
  return panel.x.whole ? ticks.filter(Number.isInteger) : ticks;
}

function valueAxis(axis, look, vertical = false) {
  const names = axis.categories;
  return {
    ...axisBase(axis, look),
    type: axis.logarithmic ? "log" : "value",
    min: axis.minimum ?? (axis.logarithmic || vertical ? undefined : "dataMin"),
    max: axis.maximum,
    scale: vertical,
    minInterval: names || axis.whole ? 1 : undefined,
    axisLabel: {
      ...axisBase(axis, look).axisLabel,
      ...(axis.logarithmic && axis.minimum && axis.maximum ? { customValues: decades(axis.minimum, axis.maximum) } : {}),
      ...(axis.symmetric ? { customValues: names.map((_, place) => place).filter(namedAt(names.length, stepOf(names.length, false))) } : {}),
      formatter: names ? (place) => names[place] ?? "" : (number) => tickText(number, axis.percent),
    },
  };
}

// As is_named() of analysis/report/figure.hpp.
function namedAt(count, step) {
  const middle = Math.floor(count / 2);
  return (place) => {
    const distance = Math.abs(place - middle);
    return distance === 0 || (distance % 2 === 1 && ((distance - 1) / 2) % step === step - 1);
  };
}

// For panels of the usual size: names are some 34 pixels wide and 14 high.
function stepOf(count, vertical) {
  const share = vertical ? (14 * count) / 190 : (34 * count) / 150;
  return share <= 1 ? 1 : Math.max(2, Math.ceil(share / 2)); // next to 0 only where every name has room
}

function categoryAxis(axis, look, vertical = false) {
  if (axis.symmetric) {
    const named = namedAt(axis.categories.length, stepOf(axis.categories.length, vertical));
    const base = axisBase(axis, look);
    return {
      ...base, type: "category", data: axis.categories, splitLine: { show: false },
      axisLabel: { ...base.axisLabel, hideOverlap: false, interval: (place) => named(place) },
    };
  }
  return { ...axisBase(axis, look), type: "category", data: axis.categories, splitLine: { show: false } };
}

const itemStyle = (series, look) => ({
  color: series.look.outlined ? look.background : colourOf(series.look),
  borderColor: colourOf(series.look),
  borderWidth: 1.4,
});

const points = (series) => series.x.map((x, place) => [x, series.y[place]]);

function lineSeries(panel, series, look) {
  const context = series.look.paint === "context";
  return {
    type: "line",
    name: series.name,
    data: points(series),
    silent: context,
    symbol: context ? "none" : symbolOf(series.look),
    symbolSize: 7,
    showAllSymbol: series.x.length <= 12,
    showSymbol: series.x.length <= 12,
    lineStyle: { color: colourOf(series.look), width: context ? 1 : 2, type: dashes[series.look.dash ?? "solid"] },
    itemStyle: itemStyle(series, look),
    z: context ? 1 : 2,
    animation: false,
  };
}

function stackSeries(panel, series, look) {
  return {
    type: "line",
    name: series.name,
    data: points(series),
    stack: "all",
    stackStrategy: "all",
    symbol: "none",
    lineStyle: { color: look.background, width: 0.6 },
    itemStyle: {
      color: colourOf(series.look),
      decal: isHatched(series.look)
        ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: "rgba(255,255,255,0.55)" }
        : null,
    },
    areaStyle: { color: colourOf(series.look), opacity: 1 },
    animation: false,
  };
}

function dotSeries(panel, series, look) {
  const result = [];
  if (series.low) {
    result.push({
      type: "custom",
      name: series.name,
      silent: true,
      // What an axis does not reach ends at its end, without a cap.
      data: series.x.map((x, place) => {
        const [low, high] = [series.low[place], series.high[place]];
        const [from, to] = [Math.max(low, panel.x.minimum ?? low), Math.min(high, panel.x.maximum ?? high)];
        return [from, to, series.y[place], +(from === low), +(to === high), low];
      }).filter((row) => row[5] != null),
      encode: { x: [0, 1], y: 2 },
      renderItem: (parameters, api) => {
        const [from, y] = api.coord([api.value(0), api.value(2)]);
        const [to] = api.coord([api.value(1), api.value(2)]);
        const style = { stroke: colourOf(series.look), lineWidth: 2, fill: "none" };
        const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
        const cap = (x) => line(x, y - 4, x, y + 4);
        return { type: "group", children: [line(from, y, to, y), ...(api.value(3) ? [cap(from)] : []), ...(api.value(4) ? [cap(to)] : [])] };
      },
      animation: false,
    });
  }
  result.push({
    type: "scatter",
    name: series.name,
    data: points(series).filter(([x]) => !panel.x.logarithmic || x > 0),
    symbol: symbolOf(series.look),
    symbolSize: series.look.marker === "bar" ? [2.5, 17] : 10,
    itemStyle: itemStyle(series, look),
    animation: false,
  });
  return result;
}

function heatOption(panel, look) {
  const count = panel.scale === "count";
  const size = (value) => (count ? Math.log1p(value) : value);
  return {
    xAxis: categoryAxis(panel.x, look),
    yAxis: categoryAxis(panel.y, look, true),
    visualMap: {
      show: false, type: "continuous", dimension: 2, min: 0, max: size(panel.heat_maximum), inRange: { color: heatColours() },
      seriesIndex: 0,
    },
    series: [
      {
        type: "heatmap",
        data: panel.cells.map(([column, row, value]) => [column, row, size(value), value]),
        itemStyle: { borderWidth: 0 },
        animation: false,
        progressive: 0,
      },
      {
        type: "scatter",
        silent: true,
        symbolSize: 3,
        itemStyle: { color: "#fff", borderColor: "#000", borderWidth: 0.5 },
        data: panel.cells.filter((cell) => cell[3]).map(([column, row]) => [column, row]),
        animation: false,
      },
    ],
    tooltip: {
      trigger: "item",
      formatter: ({ data }) =>
        `${panel.x.title} ${panel.x.categories[data[0]]}<br>${panel.y.title ?? ""} ${panel.y.categories[data[1]]}<br><b>${numberText(data[3], !count)}</b>`,
    },
  };
}

// What is at one x of lines and stacks: a heading and [name, value] rows.
export function rowsAt(panel, place) {
  const longest = panel.series.reduce((a, b) => (b.look.paint !== "context" && b.x.length > (a?.x.length ?? -1) ? b : a), null);
  if (!longest || place < 0 || place >= longest.x.length) return null;
  const x = longest.x[place];
  const rows = [];
  for (const series of panel.series) {
    if (series.look.paint === "context") continue;
    const at = series.x.lastIndexOf(x);
    if (at >= 0 && series.y[at] != null) rows.push([series.name, numberText(series.y[at], panel.y.percent)]);
  }
  const where = panel.x.categories ? panel.x.categories[x] : numberText(x, panel.x.percent);
  return { heading: `${panel.x.title} ${where}`, rows };
}

const escaped = (text) => text.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter]);

function lineTooltip(panel) {
  return {
    trigger: "axis",
    confine: true,
    formatter: (hits) => {
      const shown = hits.filter((hit) => panel.series[hit.seriesIndex]?.look.paint !== "context" && hit.data[1] != null);
      if (shown.length === 0) return "";
      const x = shown[0].axisValue;
      const where = panel.x.categories ? panel.x.categories[x] : numberText(+x, panel.x.percent);
      const seen = new Map(shown.map((hit) => [hit.seriesName, hit.data[1]]));
      return `${escaped(panel.x.title)} ${where}<br>` +
        [...seen].map(([name, y]) => `${escaped(name)}: <b>${numberText(y, panel.y.percent)}</b>`).join("<br>");
    },
  };
}

export function optionOf(panel) {
  const look = paper();
  const base = {
    animation: false,
    grid: { left: 4, right: 12, top: 8, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    textStyle: { fontFamily: "inherit" },
  };
  const styled = (tooltip) => ({
    confine: true, backgroundColor: look.background, borderColor: look.grid, textStyle: { color: look.text, fontSize: 12 },
    ...tooltip,
  });
  const wide = (option) => {
    option.xAxis.nameGap = 22;
    option.yAxis.nameGap = 38;
    option.grid = { left: panel.kind === "dots" || panel.kind === "heat" ? 4 : 52, right: 14, top: 8, bottom: 40 };
    if (panel.kind === "dots" || panel.kind === "heat") option.grid.containLabel = false;
    return option;
  };
  if (panel.kind === "heat") {
    const option = { ...base, ...heatOption(panel, look) };
    option.tooltip = styled(option.tooltip);
    const longest = Math.max(0, ...panel.y.categories.map((name) => name.length));
    const result = wide(option);
    result.grid.left = Math.min(90, 14 + 6.6 * longest) + (panel.y.title ? 18 : 0);
    result.yAxis.nameGap = Math.min(90, 8 + 6.6 * longest);
    return result;
  }
  if (panel.kind === "dots") {
    const names = panel.y.categories;
    const longest = Math.max(0, ...names.map((name) => name.length));
    const option = wide({
      ...base,
      xAxis: {
        ...valueAxis(panel.x, look),
        min: panel.x.minimum ?? (({ min, max }) => min - 0.08 * (max - min || Math.abs(min) || 1)),
        max: panel.x.maximum ?? (({ min, max }) => max + 0.08 * (max - min || Math.abs(max) || 1)),
        ...(panel.x.maximum == null ? { axisLabel: { ...valueAxis(panel.x, look).axisLabel, showMaxLabel: false, showMinLabel: panel.x.minimum != null } } : {}),
      },
      yAxis: {
        ...categoryAxis(panel.y, look),
        splitLine: { show: true, lineStyle: { color: look.grid } },
        axisLabel: { color: look.text, fontSize: 12, width: 150, overflow: "truncate", interval: 0 },
        name: "",
      },
      series: panel.series.flatMap((series) => dotSeries(panel, series, look)),
      tooltip: styled({
        trigger: "item",
        formatter: ({ seriesName, data }) => `${escaped(names[data[1]])}<br>${escaped(seriesName)}: <b>${numberText(data[0], panel.x.percent)}</b>`,
      }),
    });
    option.grid.left = Math.min(160, 16 + 6.8 * longest);
    return option;
  }
  const stack = panel.kind === "stack";
  const xAxis = { ...valueAxis(panel.x, look), splitLine: { show: false } };
  if (!panel.x.categories && !panel.x.logarithmic) xAxis.axisLabel.customValues = ticksOfLines(panel);
  return wide({
    ...base,
    xAxis,
    yAxis: valueAxis(panel.y, look, true),
    series: panel.series.map((series) => (stack ? stackSeries : lineSeries)(panel, series, look)),
    tooltip: styled(lineTooltip(panel)),
  });
}

export const startChart = (container, panel) =>
  echarts.init(container, null, { renderer: panel.kind === "heat" ? "canvas" : "svg" });
