// Light, dark, or as the system says; and whether single keys are shortcuts.

const KEY = "passerby-theme";
const KEYS = "passerby-keys";

/** Applies what was chosen last. */
export function applyTheme() {
  const chosen = localStorage.getItem(KEY);
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** Switches between light and dark; returns the new one. */
export function toggleTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem(KEY, next);
  return next;
}

/** Whether keys without a modifier are shortcuts. */
export function keysOn() {
  return localStorage.getItem(KEYS) !== "off";
}

/** Turns shortcuts of single keys on or off. */
export function setKeys(on) {
  localStorage.setItem(KEYS, on ? "on" : "off");
}

/** Whether movement is to be avoided. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
