// A figure on the page: panels that are drawn as they come into view, legend, data, downloads.
import { optionOf, rowsAt, startChart } from "./chart.js";
import { csvOf, tablesOf } from "./data_table.js";
import { element } from "./dom.js";
import { download } from "./download.js";
import { fileContent } from "./packed.js";
import { colourOf, heatColours, isHatched, numberText } from "./style.js";
import { onThemeChange } from "./theme.js";

const views = new Set();
const nearby = new IntersectionObserver(
  (entries) => entries.forEach((entry) => entry.isIntersecting && entry.target.panelView?.draw()), { rootMargin: "300px" });
onThemeChange(() => views.forEach((view) => view.redraw()));
addEventListener("beforeprint", () => views.forEach((view) => view.panels.forEach((panel) => panel.draw())));
const resized = new ResizeObserver((entries) => entries.forEach((entry) => entry.target.panelView?.resize()));

export const drawAll = () => views.forEach((view) => view.panels.forEach((panel) => panel.draw()));

const shapes = {
  circle: '<circle cx="14" cy="7" r="4.2"/>',
  square: '<rect x="10" y="3" width="8" height="8"/>',
  triangle: '<path d="M14 2L19 11.5H9Z"/>',
  diamond: '<path d="M14 1.5L19 7L14 12.5L9 7Z"/>',
  cross: '<path d="M10 3L18 11M18 3L10 11" stroke-width="2.4"/>',
  pentagon: '<path d="M14 2L19 5.8L17 11.8H11L9 5.8Z"/>',
  star: '<path d="M14 1L15.7 5.2L20 5.4L16.7 8.3L17.8 12.6L14 10.2L10.2 12.6L11.3 8.3L8 5.4L12.3 5.2Z"/>',
  bar: '<path d="M14 1V13" stroke-width="2.6"/>',
};
const strokes = { dashed: ' stroke-dasharray="5 3"', dotted: ' stroke-dasharray="1.5 2.5"' };

// The picture of a look: a box, or a line with its marker.
export function glyph(look, area) {
  const colour = colourOf(look);
  const box = element("span", { class: "glyph", "aria-hidden": "true" });
  if (area) {
    const hatch = isHatched(look)
      ? '<path d="M-2 8L8 -2M2 16L16 2M10 18L26 2M18 18L30 6" stroke="#fff" stroke-opacity="0.6" stroke-width="1.8"/>' : "";
    box.innerHTML = `<svg width="28" height="14" viewBox="0 0 28 14"><rect width="28" height="14" fill="${colour}"/>${hatch}</svg>`;
    return box;
  }
  const line = look.line === false ? "" : `<path d="M1 7H27" stroke="${colour}" stroke-width="2"${strokes[look.dash] ?? ""} fill="none"/>`;
  const fill = look.outlined ? "var(--paper)" : colour;
  box.innerHTML =
    `<svg width="28" height="14" viewBox="0 0 28 14">${line}<g fill="${fill}" stroke="${colour}" stroke-width="1.4">${shapes[look.marker] ?? ""}</g></svg>`;
  return box;
}

class PanelView {
  constructor(panel, height, note) {
    this.panel = panel;
    this.note = note;
    this.place = -1;
    this.box = element("div", {
      class: "chart", style: `height:${height + 52}px`, tabindex: 0, role: "img",
      "aria-label": `${panel.title}: ${panel.kind === "heat" ? "heat map" : "chart"} of ${panel.y.title || panel.x.title}. Data below the figure.`,
      onkeydown: (event) => this.step(event),
    });
    this.box.panelView = this;
    this.element = element("div", { class: "panel" }, element("h4", {}, panel.title), this.box);
    nearby.observe(this.box);
    resized.observe(this.box);
  }
  draw() {
    if (this.chart || this.gone) return;
    this.chart = startChart(this.box, this.panel);
    this.chart.setOption(optionOf(this.panel));
  }
  redraw() {
    this.chart?.setOption(optionOf(this.panel), { notMerge: true });
  }
  resize() {
    this.chart?.resize();
  }
  // Arrow keys walk along lines and stacks and say what is there.
  step(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move || !["lines", "stack"].includes(this.panel.kind)) return;
    const at = rowsAt(this.panel, this.place + move);
    event.preventDefault();
    if (!at) return;
    this.place += move;
    this.note.textContent = `${this.panel.title}, ${at.heading}: ` + at.rows.map(([name, text]) => `${name} ${text}`).join(", ");
    this.chart?.dispatchAction({ type: "showTip", seriesIndex: this.panel.series.findIndex((series) => series.look.paint !== "context"), dataIndex: this.place });
  }
  dispose() {
    this.gone = true;
    nearby.unobserve(this.box);
    resized.unobserve(this.box);
    this.chart?.dispose();
  }
}

const configurationsHidden = new Set();
export function hideConfiguration(index, hidden) {
  if (hidden) configurationsHidden.add(index);
  else configurationsHidden.delete(index);
  views.forEach((view) => view.show(view.figure));
}

// Without what belongs to hidden configurations.
function visible(figure) {
  if (configurationsHidden.size === 0) return figure;
  const panels = figure.panels
    .filter((panel) => panel.configuration == null || !configurationsHidden.has(panel.configuration))
    .map((panel) => panel.series
      ? { ...panel, series: panel.series.filter((series) =>
          series.look.paint !== "configuration" || !configurationsHidden.has(series.look.index)) }
      : panel);
  return { ...figure, panels };
}

export class FigureView {
  // `host` is the page's <figure>, with its caption.
  constructor(host, number) {
    this.host = host;
    this.number = number;
    this.panels = [];
    this.note = element("p", { class: "note", "aria-live": "polite" });
    this.legend = element("ul", { class: "legend", "aria-label": "legend" });
    this.grid = element("div", { class: "panels" });
    this.controls = element("div", { class: "controls" });
    this.details = element("details", { ontoggle: () => this.fillTable() }, element("summary", {}, "Data table"));
    this.actions = element("div", { class: "actions" },
      element("button", { type: "button", onclick: () => this.save("svg") }, "SVG"),
      element("button", { type: "button", onclick: () => this.save("csv") }, "CSV"));
    host.prepend(this.controls, this.legend, this.grid, this.note);
    host.append(this.actions, this.details);
    views.add(this);
  }
  show(figure) {
    this.figure = figure;
    const shown = visible(figure);
    this.shown = shown;
    this.panels.forEach((panel) => panel.dispose());
    this.panels = shown.panels.map((panel) => new PanelView(panel, figure.height, this.note));
    this.grid.style.setProperty("--columns", Math.min(figure.columns, Math.max(1, shown.panels.length)));
    this.grid.replaceChildren(...this.panels.map((panel) => panel.element));
    this.note.textContent = "";
    this.drawLegend();
    this.host.querySelector(".title").textContent = `Figure ${this.number}. ${figure.title}.`;
    this.host.querySelector(".caption").textContent = figure.caption;
    this.host.querySelector(".summary").textContent = figure.summary;
    this.host.dataset.figure = figure.id;
    this.fillTable();
  }
  redraw() {
    this.panels.forEach((panel) => panel.redraw());
    this.drawLegend();
  }
  drawLegend() {
    const entries = this.figure.legend.filter((entry) =>
      entry.look.paint !== "configuration" || this.figure.legend.length < 4 || !configurationsHidden.has(entry.look.index));
    const items = entries.map((entry) => element("li", {}, glyph(entry.look, entry.area), entry.name));
    const heat = this.figure.panels.find((panel) => panel.kind === "heat");
    if (heat) {
      const share = heat.scale === "share";
      items.push(element("li", {}, "0",
        element("span", { class: "scale", style: `background:linear-gradient(90deg,${heatColours().join(",")})`, "aria-hidden": "true" }),
        numberText(heat.heat_maximum, share) + (share ? "" : " (logarithmic)")));
    }
    this.legend.replaceChildren(...items);
    this.legend.hidden = items.length === 0;
  }
  fillTable() {
    if (!this.details.open) return;
    this.details.querySelector(".data-tables")?.remove();
    this.details.append(tablesOf(this.shown));
  }
  // What the program itself would have written; what it did not (see composition.js) as it is shown.
  async save(format) {
    const name = format === "csv" ? `figure_${this.figure.id}.csv` : `${this.figure.id}.svg`;
    const content = await fileContent(name);
    if (content != null) return download(name, content);
    download(name, format === "csv" ? csvOf(this.figure) : this.drawnSvg());
  }
  // Title, legend and the panels' drawings below each other.
  drawnSvg() {
    const text = (x, y, words, style) => `<text x="${x}" y="${y}" ${style}>${element("b", {}, words).innerHTML}</text>`;
    let body = text(8, 22, this.figure.title, 'font-size="16" font-weight="700"');
    let top = 44;
    let width = Math.max(400, ...this.panels.map((panel) => panel.box.clientWidth));
    let left = 8;
    for (const entry of this.figure.legend) {
      const needed = 44 + 6.4 * entry.name.length;
      if (left > 8 && left + needed > width) {
        left = 8;
        top += 20;
      }
      const picture = glyph(entry.look, entry.area).querySelector("svg");
      picture.setAttribute("x", left);
      picture.setAttribute("y", top - 11);
      body += new XMLSerializer().serializeToString(picture) + text(left + 34, top, entry.name, "");
      left += needed;
    }
    top += 12;
    for (const panel of this.panels) {
      panel.draw();
      const drawing = new DOMParser().parseFromString(panel.chart.renderToSVGString(), "image/svg+xml").documentElement;
      body += text(8, top + 16, panel.panel.title, 'font-weight="600"');
      drawing.setAttribute("y", top + 22);
      body += new XMLSerializer().serializeToString(drawing);
      top += 28 + panel.chart.getHeight();
      width = Math.max(width, panel.chart.getWidth());
    }
    const words = (tag, content) => `<${tag}>${element("b", {}, content).innerHTML}</${tag}>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" role="img" font-family="sans-serif" font-size="12">` +
      `${words("title", this.figure.title)}${words("desc", this.figure.caption)}${body}</svg>\n`;
  }
}
