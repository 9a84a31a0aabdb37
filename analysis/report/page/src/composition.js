// The composition figure: counts under every convention come with the page (analysis/report/composition.hpp), the controls choose.
import { choice } from "./dom.js";

// From the bottom: normal STDP, then what is temporally inverted.
const kStacked = [0, 3, 1, 2];
const kNames = ["pre-post potentiation", "pre-post depression", "post-pre potentiation", "post-pre depression"];
const kLevels = ["event", "update"];
const kMeasures = ["magnitude", "signed"];
const kTimings = ["descent", "gradient"];
const kNormalisations = ["share of the four", "share of all", "count", "share of |update|"];
const kShownIds = ["of-four", "of-all", "count", "of-update"];
const kViews = ["runs", "layers", "populations"];

const slug = (text) => text.replaceAll(/[^A-Za-z0-9]+/g, "-");

// Sums over the groups of a level that `wanted` takes.
function sumOf(run, level, layer, population) {
  const parts = run.groups.filter((group) =>
    group.level === level && (layer == null || group.layer === layer) && (population == null || group.population === population));
  const add = (rows) => rows.reduce((sum, row) => sum.map((value, place) => value + row[place]));
  const counts = {};
  for (const convention of Object.keys(parts[0].counts)) {
    counts[convention] = [0, 1, 2, 3].map((category) => add(parts.map((part) => part.counts[convention][category])));
  }
  const outside = {};
  for (const name of Object.keys(parts[0].outside)) outside[name] = add(parts.map((part) => part.outside[name]));
  return { level, layer, population, counts, outside };
}

// The whole network, each layer, each population, each population of a layer that has several.
function groupsOf(run, level) {
  const leaves = run.groups.filter((group) => group.level === level);
  const names = (key) => [...new Set(leaves.map((group) => group[key]))];
  const groups = [sumOf(run, level, null, null)];
  groups[0].absolute_update = run.absolute_update;
  for (const layer of names("layer")) groups.push(sumOf(run, level, layer, null));
  for (const population of names("population")) groups.push(sumOf(run, level, null, population));
  for (const leaf of leaves) {
    if (leaves.filter((other) => other.layer === leaf.layer).length > 1) groups.push(leaf);
  }
  return groups;
}

const nameOfGroup = (group) => [group.layer, group.population].filter((part) => part != null).join(", ") || "whole network";

// Few bins are drawn as steps, many by their ends (as analysis/report/time_points.hpp).
function stepped(ends, values) {
  const x = [];
  const y = [];
  values.forEach((value, bin) => {
    if (ends.length <= 30) {
      x.push(bin === 0 ? 0 : ends[bin - 1]);
      y.push(value);
    }
    x.push(ends[bin]);
    y.push(value);
  });
  return { x, y };
}

export class Composition {
  constructor(view, data, report) {
    this.view = view;
    this.data = data;
    this.report = report;
    this.known = {};
    this.state = {
      level: 0, measure: kMeasures.indexOf(report.options.measure), timing: kTimings.indexOf(report.options.timing),
      normalisation: 0, kinds: 0, view: 0, part: 0, run: 0,
    };
    this.update();
  }

  groups(run) {
    const key = `${run} ${this.state.level}`;
    this.known[key] ??= groupsOf(this.data.runs[run], kLevels[this.state.level]);
    return this.known[key];
  }
  // Names of what can be shown of all runs.
  parts() {
    const names = [];
    this.data.runs.forEach((run, index) => this.groups(index).forEach((group) => {
      const name = nameOfGroup(group);
      if (!names.includes(name)) names.push(name);
    }));
    return names;
  }

  set(key, value) {
    this.state[key] = value;
    if (this.state.normalisation === 3 && !this.hasSizes()) this.state.normalisation = 0;
    if (this.state.part >= this.parts().length) this.state.part = 0;
    const label = document.activeElement?.labels?.[0]?.textContent;
    this.update();
    // The controls are new: keep the place of the keyboard.
    for (const select of this.view.controls.querySelectorAll("select")) {
      if (select.labels[0].textContent === label) select.focus();
    }
  }

  // Sums of |update| are those of the whole network.
  hasSizes() {
    return this.state.level === 1 && this.state.view === 0 && this.state.part === 0;
  }

  update() {
    const { state } = this;
    const control = (label, key, options) => choice(label, options, state[key], (value) => this.set(key, value));
    const controls = [
      control("level", "level", kLevels), control("measure", "measure", kMeasures), control("timing", "timing", kTimings),
      control("show", "normalisation", this.hasSizes() ? kNormalisations : kNormalisations.slice(0, 3)),
      control("categories", "kinds", ["all four", "normal and inverted"]),
      control("one panel for", "view", ["each run", "each layer", "each population"]),
    ];
    if (state.view === 0) controls.push(control("of", "part", this.parts()));
    else controls.push(control("of", "run", this.data.runs.map((run) => this.report.runs[run.run])));
    this.view.controls.replaceChildren(...controls);
    this.view.show(this.figure());
  }

  // [title, run, group] of each panel.
  chosen() {
    const { state } = this;
    if (state.view === 0) {
      const part = this.parts()[state.part];
      return this.data.runs.flatMap((run, index) =>
        this.groups(index).filter((group) => nameOfGroup(group) === part).map((group) => [this.report.runs[run.run], run, group]));
    }
    const run = this.data.runs[state.run];
    const wanted = state.view === 1
      ? (group) => group.population == null && group.layer != null
      : (group) => group.population != null;
    return this.groups(state.run).filter(wanted).map((group) => [nameOfGroup(group), run, group]);
  }

  // [4][bin] of what is shown.
  values(group) {
    const { state } = this;
    const convention = `${kMeasures[state.measure]} ${kTimings[state.timing]}`;
    const counts = (kNormalisations[state.normalisation] === "share of |update|" ? group.absolute_update : group.counts)?.[convention];
    if (!counts) return null;
    if (kNormalisations[state.normalisation] === "count") return counts;
    const outside = state.normalisation === 1 ? Object.values(group.outside) : [];
    return counts.map((row) => row.map((count, bin) => {
      const whole = counts.reduce((sum, other) => sum + other[bin], 0) + outside.reduce((sum, other) => sum + other[bin], 0);
      return whole === 0 ? null : count / whole;
    }));
  }

  series(run, group) {
    const values = this.values(group);
    if (!values) return null;
    const add = (a, b) => a.map((value, bin) => (value == null ? null : value + b[bin]));
    if (this.state.kinds === 1) {
      return [
        { name: "normal STDP", look: { paint: "response", index: 0 }, ...stepped(run.ends, add(values[0], values[3])) },
        { name: "temporally inverted STDP", look: { paint: "response", index: 2 }, ...stepped(run.ends, add(values[1], values[2])) },
      ];
    }
    return kStacked.map((category) => ({
      name: kNames[category], look: { paint: "category", index: category }, ...stepped(run.ends, values[category]),
    }));
  }

  figure() {
    const { state } = this;
    const share = state.normalisation !== 2;
    const panels = [];
    for (const [title, run, group] of this.chosen()) {
      const series = this.series(run, group);
      if (!series) continue;
      panels.push({
        kind: "stack", title, series, configuration: this.report.configuration_of[run.run],
        x: { title: "epochs", minimum: 0, maximum: run.ends.at(-1) },
        y: { title: share ? "share" : "count", percent: share, minimum: 0, maximum: share ? 1 : undefined },
      });
    }
    const level = kLevels[state.level];
    const measure = kMeasures[state.measure];
    const timing = kTimings[state.timing];
    const asWritten = state.normalisation === 0 && state.kinds === 0 && state.view === 0 && state.part === 0 &&
      measure === this.report.options.measure && timing === this.report.options.timing;
    const legend = (panels[0]?.series ?? []).map((series) => ({ name: series.name, look: series.look, area: true }));
    return {
      id: asWritten ? `composition_${level}` : this.stateId(level, measure, timing),
      title: `The ${state.kinds ? "kinds of STDP" : "four categories"} over training, ${level} level`,
      caption: `Table 5's categories (measure ${measure}, timing ${timing}; ${kNormalisations[state.normalisation]}). Blue: normal STDP; orange and hatched: temporally inverted STDP.`,
      summary: this.summary(panels),
      columns: 4, height: 150, legend, panels,
    };
  }

  // As analysis/report/composition_states.hpp names them.
  stateId(level, measure, timing) {
    const { state } = this;
    let part = "";
    if (state.view > 0) part = `_${kViews[state.view]}_run-${this.data.runs[state.run].run + 1}`;
    else if (state.part > 0) part = `_of_${slug(this.parts()[state.part])}`;
    return `composition_${level}_${measure}_${timing}_${kShownIds[state.normalisation]}${state.kinds ? "_kinds" : ""}${part}`;
  }

  // Of the last bin with anything in it.
  summary(all) {
    const panels = all.filter((panel) => panel.series[0].y.some((share) => share != null));
    if (this.state.normalisation === 2 || panels.length === 0) return "";
    const inverted = panels.map((panel) => {
      const last = panel.series.map((series) => series.y.findLast((share) => share != null));
      return panel.series.length === 2 ? last[1] : last[2] + last[3];
    });
    const text = (index) => `${(100 * inverted[index]).toFixed(2)} % (${panels[index].title})`;
    const least = inverted.indexOf(Math.min(...inverted));
    const most = inverted.indexOf(Math.max(...inverted));
    if (panels.length === 1) return `Temporally inverted at the end: ${text(0)}.`;
    return `Temporally inverted at the end: from ${text(least)} to ${text(most)}.`;
  }
}
