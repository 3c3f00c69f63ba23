// The keys, on a page of their own.

import { el } from "../core/dom.js";
import { PICTURE_KEYS, WALL_KEYS } from "../core/keys.js";
import { keysOn, setKeys } from "../core/theme.js";
import { Dialog } from "./dialog.js";

export class Help {
  constructor() {
    this.dialog = new Dialog("Keys", { wide: true });
    this.single = el("input", { type: "checkbox", on: { change: () => setKeys(this.single.checked) } });
    this.dialog.body.setAttribute("tabindex", "0");
    this.dialog.body.append(el("div", { class: "key-lists" }, table("In a picture", PICTURE_KEYS), table("On the wall", WALL_KEYS)),
      el("label", { class: "check" }, this.single, el("span", { text: "Single letters are shortcuts" })));
  }

  open() {
    this.single.checked = keysOn();
    this.dialog.show();
  }
}

function table(title, rows) {
  return el("section", {}, el("h3", { text: title }), el("dl", { class: "keys" },
    rows.map(([keys, does]) => el("div", {}, el("dt", {}, keys.split(" | ").map((key, at) => [at ? " " : null, el("kbd", { text: key })])),
      el("dd", { text: does })))));
}
