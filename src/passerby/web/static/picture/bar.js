// The few buttons at a chosen face.

import { button, el, iconButton, mark } from "../core/dom.js";
import { faint } from "../core/words.js";
import { removable } from "./actions.js";

const GAP = 12;

export class Bar {
  constructor(actions) {
    this.actions = actions;
    const press = (label, call, name) => button(label, call, { class: "button small", "data-do": name });
    this.hide = press("Hide", () => actions.hide(), "hide");
    this.keep = press("Keep…", () => actions.keep(), "keep");
    this.ask = press("Ask", () => actions.ask(), "ask");
    this.confirm = press("Confirm", () => actions.confirm(), "confirm");
    this.remove = iconButton("close", "Remove the region", () => actions.remove());
    this.node = el("div", { class: "bar", role: "toolbar", "aria-label": "The chosen face", hidden: true },
      this.confirm, this.hide, this.keep, this.ask, this.remove);
  }

  /** Shows what fits a face, or nothing. */
  show(face) {
    this.face = face;
    this.node.hidden = !face;
    if (!face) return;
    this.confirm.hidden = !face.proposal;
    this.remove.hidden = !removable(face) || faint(face);
    const now = face.proposal || faint(face) ? "" : face.action;
    for (const name of ["hide", "keep", "ask"]) mark(this[name], "aria-pressed", String(now === name));
  }

  /** Puts it under the face, above it where there is no room, and always on the stage. */
  place(view) {
    if (!this.face || this.node.hidden) return;
    const [x0, y0, x1, y1] = this.face.box;
    const [left, top] = view.toStage(x0, y0), [right, bottom] = view.toStage(x1, y1);
    const wide = this.node.offsetWidth, high = this.node.offsetHeight;
    const [width, height] = view.stage;
    const x = Math.min(Math.max(8, (left + right) / 2 - wide / 2), Math.max(8, width - wide - 8));
    let y = bottom + GAP;
    if (y + high > height - 8) y = top - GAP - 16 - high;
    if (y < 8) y = Math.max(8, height - high - 8);
    this.node.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}
