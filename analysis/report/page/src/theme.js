const listeners = [];
const system = matchMedia("(prefers-color-scheme: dark)");
let printing = false;

// "light" or "dark", as chosen or else as the system has it; paper is light.
export function theme() {
  if (printing) return "light";
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

export function onThemeChange(listener) {
  listeners.push(listener);
}

const tell = () => listeners.forEach((listener) => listener());

export function startTheme(button) {
  const label = () => (button.textContent = theme() === "dark" ? "Light" : "Dark");
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
    label();
    tell();
  });
  system.addEventListener("change", () => (label(), tell()));
  addEventListener("beforeprint", () => ((printing = true), tell()));
  addEventListener("afterprint", () => ((printing = false), tell()));
  label();
}
