// Copying decisions to the neighbours of a burst. They are proposals there, until a person
// confirms them.

import { button, el } from "../core/dom.js";
import { of } from "../core/api.js";
import { note } from "../core/live.js";
import { ACTION_WORDS, plural } from "../core/words.js";
import { thumbnails } from "../wall/thumbnails.js";
import { Dialog } from "./dialog.js";

export class Copying {
  constructor(folder, desk) {
    this.folder = folder;
    this.desk = desk;
    this.dialog = new Dialog("Copy decisions to the burst");
    this.faces = el("fieldset", { class: "grounds" });
    this.others = el("ul", { class: "others", "aria-label": "Neighbours" });
    this.go = button("Copy", () => this.copy(), { class: "button primary" });
    this.dialog.body.append(this.faces, el("p", { text: "They are put at the same place in these pictures, as proposals. Each stays hidden until you confirm it there." }), this.others);
    this.dialog.foot.append(button("Cancel", () => this.dialog.close()), this.go);
  }

  /** Asks which decisions of a picture to copy. */
  open(picture) {
    this.picture = picture;
    const made = picture.faces.map((face, at) => [face, at + 1]).filter(([face]) => face.action !== "ask");
    this.faces.replaceChildren(el("legend", { text: "Decisions" }), ...made.map(([face, number]) => el("label", { class: "check" },
      el("input", { type: "checkbox", value: face.id, checked: Boolean(face.by) }),
      el("span", {}, el("span", { text: `Face ${number}` }), el("span", { class: "value", text: `${ACTION_WORDS[face.action]}${face.reason ? `: ${face.reason}` : ""}` })))));
    this.others.replaceChildren(...picture.neighbours.map((id) => this.neighbour(id)));
    this.reached = picture.neighbours.filter((id) => this.folder.rows.get(id)?.detected);
    this.go.textContent = `Copy to ${plural(this.reached.length, "picture")}`;
    this.go.disabled = !this.reached.length;
    this.dialog.show();
  }

  neighbour(id) {
    const image = el("img", { alt: "" });
    thumbnails.want(of(id, "thumbnail")).then((url) => { if (url) image.src = url; }, () => {});
    const row = this.folder.rows.get(id);
    return el("li", {}, image, el("span", { text: row?.name ?? "" }),
      row?.detected ? null : el("span", { class: "value", text: "not looked at yet: left out" }));
  }

  copy() {
    const faces = [...this.faces.querySelectorAll("input:checked")].map((one) => this.desk.name(one.value));
    this.dialog.close();
    if (!faces.length) return;
    this.desk.change(this.picture.id, [{ kind: "copy", faces }]);
    const [first] = this.reached;
    note(`Copied to ${plural(this.reached.length, "picture")}.`, { detail: "Confirm them there.",
      actions: [{ label: "Go there", call: () => { location.hash = `#picture/${encodeURIComponent(first)}`; } }] });
  }
}
