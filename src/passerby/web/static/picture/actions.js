// What a person does with the faces of the picture in hand.

import { announce } from "../core/live.js";
import { decided, faint } from "../core/words.js";
import { clip, move, same, stretch } from "./regions.js";

export class Actions {
  /** `room` has the picture and what is chosen; `keeping` asks for a ground. */
  constructor(desk, room, keeping) {
    this.desk = desk;
    this.room = room;
    this.keeping = keeping;
    this.held = null;
  }

  change(...changes) {
    return this.desk.change(this.room.id, changes);
  }

  /** Returns the face that is chosen, null if there is none. */
  get chosen() {
    return this.room.faces.find((face) => face.id === this.room.chosen) ?? null;
  }

  number(face) {
    return this.room.faces.findIndex((one) => one.id === face.id) + 1;
  }

  say(face, words) {
    announce(`Face ${this.number(face)}: ${words}`);
  }

  /** Hides a face; that accepts a suggestion, and confirms what the machine said. */
  hide(face = this.chosen) {
    if (!face) return;
    this.change({ kind: "decide", face: face.id, action: "hide", reason: "", consent: null });
    this.say(face, faint(face) ? "suggestion accepted, hidden" : "hidden");
  }

  /** Leaves a face open. */
  ask(face = this.chosen) {
    if (!face) return;
    this.change({ kind: "decide", face: face.id, action: "ask", reason: "", consent: null });
    this.say(face, "to be decided");
  }

  /** Keeps a face visible; asks for the ground, or takes the last one. */
  async keep(face = this.chosen, { last = false } = {}) {
    if (!face) return;
    // The browser's Back can show another picture while the dialog asks about this one.
    const { id } = this.room;
    const ground = (last && this.keeping.last) || await this.keeping.ask(face, this.number(face), id);
    if (!ground) return;
    this.desk.change(id, [{ kind: "decide", face: this.desk.name(face.id), action: "keep", ...ground }]);
    this.say(face, decided({ ...face, proposal: null, action: "keep", ...ground }));
  }

  /** Takes a region away that a person drew, copied, or was suggested. */
  remove(face = this.chosen) {
    if (!face) return;
    if (!removable(face)) {
      announce("A face that was found cannot be removed. Keep it, and say why.");
      this.keep(face);
      return;
    }
    this.say(face, "removed");
    this.room.chooseNear(face);
    this.change({ kind: "remove", face: face.id });
  }

  /** Confirms what was decided in a neighbour. */
  confirm(face = this.chosen) {
    if (!face?.proposal) return;
    this.change(confirmation(face));
    this.say(face, "confirmed");
  }

  /** Confirms all that neighbours propose, as one step. */
  confirmAll() {
    const open = this.room.faces.filter((face) => face.proposal);
    if (!open.length) return;
    this.change(...open.map(confirmation));
    announce(`${open.length} confirmed`);
  }

  /** Draws a region that is hidden from then on. */
  draw(shape, box) {
    const id = this.change({ kind: "add", shape, box, frame: null });
    this.room.choose(id);
    announce(`Face ${this.room.faces.length} drawn, hidden`);
    return id;
  }

  /** Draws a region in the middle of what is seen, for the keyboard to move. */
  drawHere(shape) {
    const { view } = this.room;
    const [x0, y0, x1, y1] = view.seen();
    const side = Math.max(12, Math.min(x1 - x0, y1 - y0) / 5);
    const cx = (x0 + x1) / 2, cy = (y0 + y1) / 2;
    const box = clip([cx - side / 2, cy - side * 0.65, cx + side / 2, cy + side * 0.65].map(Math.round),
      view.picture);
    if (!box) return;
    this.draw(shape, box);
    this.hold();
  }

  /** Moves or resizes a region. */
  reshape(id, box) {
    const face = this.room.faces.find((one) => one.id === id);
    if (!face || same(face.box, box)) return;
    this.change({ kind: "reshape", face: id, shape: face.shape, box });
  }

  /** Starts moving with the arrow keys. */
  hold(face = this.chosen) {
    if (!face || (face.places?.length ?? 1) > 1) return;
    this.held = { id: face.id, box: face.box };
    this.room.held(true);
    announce("Arrow keys move the region, with Shift they resize it. Enter saves, Escape leaves it as it was.");
  }

  /** Moves or resizes what is held by some pixels of the screen. */
  nudge(dx, dy, resize) {
    const { view } = this.room;
    const step = Math.max(1, 4 / view.scale);
    const box = resize ? stretch(this.held.box, "se", dx * step, dy * step)
      : move(this.held.box, dx * step, dy * step, view.picture);
    this.held.box = box;
    this.room.drafted(this.held.id, box);
    view.reveal(box);
  }

  /** Ends moving. */
  release(save) {
    const { id, box } = this.held;
    this.held = null;
    this.room.held(false);
    this.room.drafted(id, null);
    if (save) this.reshape(this.room.nameOf(id), box);
    announce(save ? "Saved" : "Left as it was");
  }

  /** Undoes or redoes a step. */
  step(what) {
    const picture = this.room.picture;
    if (!picture || (!picture[what] && !this.desk.unsaved)) return;
    this.desk.step(this.room.id, what);
    announce(what === "undo" ? "Undone" : "Redone");
  }
}

/** Whether a region can be taken away. */
export function removable(face) {
  return face.origin !== "found" && face.origin !== "second-look";
}

function confirmation(face) {
  const { action, reason, consent } = face.proposal;
  return { kind: "decide", face: face.id, action, reason: reason ?? "", consent: consent ?? null };
}
