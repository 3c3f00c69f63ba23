// A dialog: a title, what is in it, and buttons at its end. Closed by Escape and by its cross.

import { el, iconButton } from "../core/dom.js";

let count = 0;

export class Dialog {
  constructor(title, { wide = false } = {}) {
    count += 1;
    this.title = el("h2", { id: `dialog-${count}`, tabindex: "-1", text: title });
    this.body = el("div", { class: "dialog-body" });
    this.foot = el("div", { class: "dialog-foot" });
    this.node = el("dialog", { "aria-labelledby": `dialog-${count}`, class: wide ? "wide" : null },
      el("div", { class: "dialog-head" }, this.title, iconButton("close", "Close", () => this.close())),
      this.body, this.foot);
    this.node.addEventListener("close", () => this.closed());
    this.node.addEventListener("pointerdown", (event) => event.target === this.node && this.close());
    document.body.append(this.node);
    this.closed = () => {};
  }

  /** Opens it, with the keyboard at `first` or the title. */
  show(first) {
    if (!this.node.open) this.node.showModal();
    (first ?? this.title).focus();
  }

  close() {
    if (this.node.open) this.node.close();
  }
}
