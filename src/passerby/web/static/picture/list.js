// The faces as a list: everything that the picture offers, for keyboards and screen readers.

import { button, el, mark, say } from "../core/dom.js";
import { ACTIONS, decided, faint, origin } from "../core/words.js";
import { removable } from "./actions.js";

export class FaceList {
  constructor(actions, room) {
    this.actions = actions;
    this.room = room;
    this.list = el("ol", { class: "faces", "aria-label": "Faces" });
    this.none = el("p", { class: "soft" });
    this.all = button("Confirm all", () => actions.confirmAll(), { class: "button small" });
    this.node = el("section", { class: "panel", "aria-labelledby": "faces-title" },
      el("div", { class: "panel-head" }, el("h2", { id: "faces-title", text: "Faces" }), this.all),
      this.none, this.list);
    this.items = new Map();
  }

  /** Shows the faces of a picture. */
  draw(picture, faces, chosen) {
    const there = new Set(faces.map((face) => face.id));
    for (const [id, item] of this.items) {
      if (!there.has(id)) {
        item.node.remove();
        this.items.delete(id);
      }
    }
    faces.forEach((face, at) => this.drawFace(face, at, face.id === chosen));
    this.all.hidden = !faces.some((face) => face.proposal);
    this.none.hidden = faces.length > 0;
    say(this.none, picture.detected === false ? "Looking for faces."
      : "No face was found. Draw one if you see one.");
  }

  drawFace(face, at, chosen) {
    let item = this.items.get(face.id);
    if (!item) {
      item = this.made(face.id);
      this.items.set(face.id, item);
    }
    if (this.list.children[at] !== item.node) this.list.insertBefore(item.node, this.list.children[at] ?? null);
    item.face = face;
    say(item.number, String(at + 1));
    say(item.origin, origin(face));
    say(item.state, decided(face));
    mark(item.node, "class", `face-row ${faint(face) ? "faint" : face.proposal ? "ask" : face.action}${chosen ? " chosen" : ""}`);
    mark(item.pick, "aria-pressed", String(chosen));
    mark(item.group, "aria-label", `Face ${at + 1}`);
    const now = face.proposal || faint(face) ? "" : face.action;
    for (const [name, node] of Object.entries(item.choices)) mark(node, "aria-pressed", String(now === name));
    item.confirm.hidden = !face.proposal;
    item.more.hidden = !chosen;
    item.remove.hidden = !removable(face) || faint(face);
    item.move.hidden = (face.places?.length ?? 1) > 1;
  }

  made(id) {
    const { actions } = this;
    const item = {};
    const face = () => item.face;
    const act = (call) => () => {
      this.room.choose(item.face.id);
      call();
    };
    item.number = el("span", { class: "number" });
    item.origin = el("span", { class: "origin" });
    item.state = el("span", { class: "decided" });
    item.pick = button("", () => this.room.choose(item.face.id, { reveal: true }), { class: "pick", "data-face": id });
    item.pick.append(item.number, el("span", { class: "pick-text" }, item.origin, item.state));
    item.choices = {
      hide: button(ACTIONS.hide, act(() => actions.hide(face())), { class: "choice hide" }),
      keep: button(`${ACTIONS.keep}…`, act(() => actions.keep(face())), { class: "choice keep" }),
      ask: button(ACTIONS.ask, act(() => actions.ask(face())), { class: "choice ask" }),
    };
    item.group = el("div", { class: "choices", role: "group" }, Object.values(item.choices));
    item.confirm = button("Confirm", act(() => actions.confirm(face())), { class: "button small" });
    item.move = button("Move or resize", act(() => actions.hold(face())), { class: "link" });
    item.zoom = button("Zoom in", act(() => this.room.view.show(face().box)), { class: "link" });
    item.remove = button("Remove", act(() => actions.remove(face())), { class: "link" });
    item.more = el("div", { class: "more" }, item.zoom, item.move, item.remove);
    item.node = el("li", {}, item.pick, item.confirm, item.group, item.more);
    return item;
  }

  /** Gives the keyboard to the row of a face. */
  focus(id) {
    this.items.get(id)?.pick.focus({ preventScroll: true });
  }

  /** Scrolls to the row of a face, where the list scrolls by itself. The page stays where it
   * is: what is under a finger must not move away. */
  reveal(id) {
    const row = this.items.get(id)?.node, side = this.node.parentElement;
    if (!row || side.scrollHeight <= side.clientHeight) return;
    const frame = side.getBoundingClientRect(), box = row.getBoundingClientRect();
    if (box.top < frame.top) side.scrollTop -= frame.top - box.top + 8;
    else if (box.bottom > frame.bottom) side.scrollTop += Math.min(box.bottom - frame.bottom + 8, box.top - frame.top);
  }
}
