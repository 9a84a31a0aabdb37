// A figure with choices: which of its set is shown.
import { choice } from "./dom.js";

export class FigureSet {
  constructor(view, set) {
    this.view = view;
    this.set = set;
    this.places = set.initial.slice();
    view.controls.replaceChildren(...set.choices.map((options, index) =>
      choice(options.label, options.options, set.initial[index], (place) => {
        this.places[index] = place;
        this.update();
      })));
    this.update();
  }
  update() {
    let place = 0;
    this.set.choices.forEach((options, index) => (place = place * options.options.length + this.places[index]));
    this.view.show(this.set.figures[place]);
  }
}
