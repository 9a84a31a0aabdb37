import { theme } from "./theme.js";

let palette;
export function usePalette(given) {
  palette = given;
}

export function colourOf(look) {
  const colours = palette[theme()][look.paint];
  return colours[look.index % colours.length];
}

export const heatColours = () => palette.heat;

// What is temporally inverted is hatched, whatever its colour.
export const isHatched = (look) =>
  (look.paint === "category" && (look.index === 1 || look.index === 2)) || (look.paint === "response" && look.index === 2);

const polygon = (corners, inner = 1) => {
  const count = inner < 1 ? 2 * corners : corners;
  let path = "";
  for (let corner = 0; corner < count; ++corner) {
    const angle = -Math.PI / 2 + (2 * Math.PI * corner) / count;
    const length = inner < 1 && corner % 2 === 1 ? inner : 1;
    path += `${corner ? "L" : "M"}${(50 + 50 * length * Math.cos(angle)).toFixed(1)},${(50 + 50 * length * Math.sin(angle)).toFixed(1)}`;
  }
  return `path://${path}Z`;
};
const symbols = {
  none: "none",
  circle: "circle",
  square: "rect",
  triangle: "triangle",
  diamond: "diamond",
  cross: "path://M0,12L12,0L50,38L88,0L100,12L62,50L100,88L88,100L50,62L12,100L0,88L38,50Z",
  pentagon: polygon(5),
  star: polygon(5, 0.45),
  bar: "rect",
};
export const symbolOf = (look) => symbols[look.marker ?? "none"];

const value = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const paper = () =>
  printing()
    ? { text: "#1d232b", quiet: "#5b6472", grid: "#e3e6ea", background: "#ffffff" }
    : { text: value("--text"), quiet: value("--quiet"), grid: value("--grid"), background: value("--paper") };
const printing = () => theme() === "light" && matchMedia("print").matches;

// 0.1234 -> "12.34 %"; other numbers with four digits.
export function numberText(number, percent) {
  if (number == null || Number.isNaN(number)) return "-";
  if (percent) return `${(100 * number).toFixed(2)} %`;
  if (Number.isInteger(number)) return number.toLocaleString("en");
  const size = Math.abs(number);
  return size >= 1e-3 && size < 1e6 ? String(+number.toPrecision(4)) : number.toExponential(2);
}
// As tick_text() of analysis/report/ticks.hpp: all digits of a round number, so that the ticks of an axis differ.
export function tickText(number, percent) {
  const shown = +(percent ? 100 * number : number).toPrecision(12);
  const size = Math.abs(shown);
  return shown === 0 || (size >= 1e-3 && size < 1e5) ? String(shown) : shown.toExponential().replace("e+", "e");
}
