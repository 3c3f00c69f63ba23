// What the page says aloud: short notes that go away, a banner that stays, words for screen
// readers.

import { button, el, iconButton, say } from "./dom.js";

const SHOWN = 6000;

/** Says something to people who do not see the page. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  // A pause makes screen readers read the same words twice.
  setTimeout(() => say(live, text), 40);
}

/** Shows a note; `actions` are {label, call}. It stays while it has actions. */
export function note(text, { detail = "", actions = [], bad = false } = {}) {
  const place = document.getElementById("toasts");
  const close = () => toast.remove();
  const toast = el("div", { class: bad ? "toast bad" : "toast" },
    el("div", { class: "toast-text" }, el("p", { text }), detail ? el("p", { class: "soft", text: detail }) : null),
    actions.map(({ label, call }) => button(label, () => { close(); call(); }, { class: "button small" })),
    iconButton("close", "Dismiss", close));
  place.append(toast);
  while (place.children.length > 3) place.firstElementChild.remove();
  if (!actions.length) setTimeout(close, bad ? 2 * SHOWN : SHOWN);
  return close;
}

/** Shows what went wrong, with the advice that came with it. */
export function complain(error) {
  if (error.name === "AbortError") return;
  note(error.message, { detail: error.advice ?? "", bad: true });
}

/** Shows a line on top of the page until it is called with an empty text. */
export function banner(text, advice = "") {
  const place = document.getElementById("banner");
  place.replaceChildren(...(text ? [el("strong", { text }), advice ? ` ${advice}` : ""] : []));
}
