// The numbers behind a figure as tables, and as CSV.
import { element } from "./dom.js";
import { numberText } from "./style.js";

const kMostRows = 400;

// {caption, columns, rows: [[text]]} of a panel.
function tableOf(panel) {
  if (panel.kind === "heat") {
    const rows = panel.cells.map(([column, row, value]) => [
      panel.x.categories[column], panel.y.categories[row], numberText(value, panel.scale === "share"),
    ]);
    return { columns: [panel.x.title, panel.y.title || "row", panel.scale === "share" ? "share" : "count"], rows };
  }
  if (panel.kind === "dots") {
    const rows = panel.series.flatMap((series) =>
      series.x.map((x, place) => [
        panel.y.categories[series.y[place]], series.name, numberText(x, panel.x.percent),
        numberText(series.low?.[place], panel.x.percent), numberText(series.high?.[place], panel.x.percent),
      ]));
    return { columns: ["", "series", panel.x.title, "95 % from", "to"], rows };
  }
  const shown = panel.series.filter((series) => series.look.paint !== "context");
  const places = [...new Set(shown.flatMap((series) => series.x))].sort((a, b) => a - b);
  const rows = places.map((x) => [
    panel.x.categories ? panel.x.categories[x] : numberText(x, panel.x.percent),
    ...shown.map((series) => {
      const at = series.x.lastIndexOf(x);
      return at < 0 ? "" : numberText(series.y[at], panel.y.percent);
    }),
  ]);
  return { columns: [panel.x.title, ...shown.map((series) => series.name)], rows };
}

export function tablesOf(figure) {
  const box = element("div", { class: "data-tables" });
  for (const panel of figure.panels) {
    const { columns, rows } = tableOf(panel);
    const table = element("table", {}, element("caption", {}, panel.title || figure.title));
    table.append(element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))));
    const body = element("tbody");
    for (const row of rows.slice(0, kMostRows)) {
      body.append(element("tr", {}, ...row.map((cell, place) =>
        place === 0 ? element("th", { scope: "row" }, cell) : element("td", { class: "number" }, cell))));
    }
    table.append(body);
    box.append(element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": panel.title || figure.title }, table));
    if (rows.length > kMostRows) box.append(element("p", {}, `${rows.length - kMostRows} more rows are in the CSV file.`));
  }
  return box;
}

const field = (value) => {
  const text = value == null || Number.isNaN(value) ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

// In the form of the program's own: panel, series, x, y.
export function csvOf(figure) {
  const lines = ["panel,series,x,y"];
  for (const panel of figure.panels) {
    for (const series of panel.series) {
      series.x.forEach((x, place) => lines.push([panel.title, series.name, x, series.y[place]].map(field).join(",")));
    }
  }
  return lines.join("\n") + "\n";
}
