import { Composition } from "./composition.js";
import { element } from "./dom.js";
import { download } from "./download.js";
import { drawAll, FigureView, glyph, hideConfiguration } from "./figure.js";
import { FigureSet } from "./figure_set.js";
import { fileContent, unpack } from "./packed.js";
import { usePalette } from "./style.js";
import { onThemeChange, startTheme } from "./theme.js";

function startConfigurations(report) {
  const list = document.getElementById("configurations");
  const draw = () => report.configurations.forEach((configuration, index) => {
    const item = list.children[index];
    item.querySelector(".glyph")?.remove();
    item.querySelector("label").insertBefore(glyph(configuration.look), item.querySelector(".name"));
  });
  report.configurations.forEach((configuration, index) => {
    list.children[index].querySelector("input").addEventListener("change", (event) => hideConfiguration(index, !event.target.checked));
  });
  draw();
  onThemeChange(draw);
}

function startTables() {
  for (const box of document.querySelectorAll(".table")) {
    const save = (name) => async () => download(name, await fileContent(name));
    box.append(element("div", { class: "actions" },
      element("button", { type: "button", onclick: save(`${box.dataset.table}.csv`) }, "CSV"),
      element("button", { type: "button", onclick: save(`${box.dataset.table}.tex`) }, "LaTeX")));
  }
}

// Marks, in the list of sections, the one in view.
function startContents() {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) =>
    links.get(entry.target.id)?.classList.toggle("current", entry.isIntersecting)), { rootMargin: "-30% 0px -60% 0px" });
  document.querySelectorAll("main section[id]").forEach((section) => seen.observe(section));
}

async function start() {
  startTheme(document.getElementById("theme"));
  const report = await unpack("data");
  usePalette(report.palette);
  startConfigurations(report);
  startTables();
  document.querySelectorAll("figure[data-set]").forEach((host, index) => {
    const view = new FigureView(host, index + 1);
    if (host.dataset.set === "composition") new Composition(view, report.composition, report);
    else new FigureSet(view, report.figures[host.dataset.set]);
  });
  startContents();
  window.stdpscope = { drawAll };
  document.documentElement.dataset.ready = "true";
}

start();
