// element("p", { class: "x" }, "text", child, ...)
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

let counter = 0;
// A labelled <select>; `changed` gets the place of the option chosen.
export function choice(label, options, chosen, changed) {
  const id = `choice-${++counter}`;
  const select = element("select", { id, onchange: () => changed(select.selectedIndex) });
  for (const option of options) select.append(element("option", {}, option));
  select.selectedIndex = chosen;
  return element("span", { class: "choice" }, element("label", { for: id }, label), select);
}
