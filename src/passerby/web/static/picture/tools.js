// The tools under the picture.

import { el, iconButton, mark, say } from "../core/dom.js";
import { announce } from "../core/live.js";

const CLOSER = 1.5;

export class Tools {
  constructor(room) {
    this.room = room;
    const { actions, view } = room;
    this.undo = iconButton("undo", "Undo", () => actions.step("undo"));
    this.redo = iconButton("redo", "Redo", () => actions.step("redo"));
    this.box = iconButton("box", "Draw a box", () => this.toggle("box"));
    this.ellipse = iconButton("ellipse", "Draw an ellipse", () => this.toggle("ellipse"));
    this.scale = el("button", { type: "button", class: "tool scale", title: "All of the picture", on: { click: () => view.fit() } });
    this.result = iconButton("result", "Result: press and hold", () => {});
    this.holding(this.result);
    this.frame = el("input", { type: "range", min: "0", value: "0", "aria-label": "Frame",
      on: { input: () => room.showFrame(Number(this.frame.value)) } });
    this.frames = el("div", { class: "frames", hidden: true }, this.frame);
    this.node = el("div", { class: "tools", role: "toolbar", "aria-label": "Tools" }, this.frames,
      this.group(this.undo, this.redo), this.group(this.box, this.ellipse),
      this.group(iconButton("minus", "Wider", () => view.zoom(1 / CLOSER)), this.scale,
        iconButton("plus", "Closer", () => view.zoom(CLOSER)),
        iconButton("pixels", "Pixel for pixel", () => view.actual())),
      this.group(this.result));
  }

  /** Adds the ways to publish and to the help. */
  more(publish, help) {
    this.node.append(this.group(iconButton("published", "Publish", publish), iconButton("help", "Keys", help)));
  }

  group(...nodes) {
    return el("div", { class: "tool-group" }, nodes);
  }

  /** Shows the result while a button is pressed, by finger, mouse or key. */
  holding(node) {
    const { room } = this;
    const on = (event) => {
      event.preventDefault();
      node.focus({ preventScroll: true });
      room.result.hold(true);
    };
    const off = () => room.result.hold(false);
    node.addEventListener("pointerdown", on);
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) node.addEventListener(kind, off);
    node.addEventListener("contextmenu", (event) => event.preventDefault());
    const pressing = (event) => event.key === " " || event.key === "Enter";
    node.addEventListener("keydown", (event) => pressing(event) && on(event));
    node.addEventListener("keyup", (event) => pressing(event) && off());
  }

  /** Takes a tool up, or lays it down. */
  toggle(name) {
    this.set(this.room.stage.tool === name ? null : name);
    if (this.room.stage.tool) {
      announce("Drag over the picture, or press Enter to place a region in the middle.");
      this.room.stage.node.focus({ preventScroll: true });
    }
  }

  /** Takes up "box", "ellipse", or nothing. */
  set(name) {
    this.room.stage.setTool(name);
    mark(this.box, "aria-pressed", String(name === "box"));
    mark(this.ellipse, "aria-pressed", String(name === "ellipse"));
  }

  /** Shows what can be done with a picture. */
  draw(picture) {
    const pending = this.room.desk.intents.get(picture.id)?.length ?? 0;
    this.undo.disabled = !picture.undo && !pending;
    this.redo.disabled = !picture.redo;
    this.frames.hidden = (picture.frames ?? 1) < 2;
    mark(this.frame, "max", (picture.frames ?? 1) - 1);
    mark(this.result, "aria-pressed", String(this.room.result.shown));
    if (this.frames.hidden) return;
    mark(this.frame, "aria-valuetext", `${this.room.frame + 1} of ${picture.frames}`);
    if (this.room.frame === 0) this.frame.value = "0";
  }

  /** Shows the scale: 100 % is one pixel of the picture on one of the screen. */
  zoomed(view) {
    const share = Math.round(view.scale * devicePixelRatio * 100);
    say(this.scale, `${share} %`);
    mark(this.scale, "aria-label", `${share} percent. Show all of the picture`);
  }
}
