// The faces over the picture, as SVG. It is not for screen readers: the list of faces is.

import { svg, mark, say } from "../core/dom.js";
import { faint, percent } from "../core/words.js";
import { handles } from "./regions.js";

const ROOM_FOR_LABEL = 26;

export class Overlay {
  constructor() {
    this.shapes = svg("g", { class: "shapes" });
    this.labels = svg("g", { class: "labels" });
    this.held = svg("g", { class: "handles" });
    this.node = svg("svg", { class: "overlay", "aria-hidden": "true", focusable: "false" },
      this.shapes, this.labels, this.held);
    this.nodes = new Map();
    this.faces = [];
    this.chosen = null;
    this.masked = false;
  }

  /** Draws the faces. `chosen` is the id of the one that has handles, if `resizable`. */
  draw(faces, chosen, view, { resizable = true, masked = false } = {}) {
    this.faces = faces;
    this.chosen = chosen;
    this.resizable = resizable;
    this.masked = masked;
    const there = new Set(faces.map((face) => face.id));
    for (const [id, parts] of this.nodes) {
      if (there.has(id)) continue;
      parts.group.remove();
      parts.label.remove();
      this.nodes.delete(id);
    }
    faces.forEach((face, at) => this.drawFace(face, at + 1));
    mark(this.node, "data-masked", masked);
    this.place(view);
  }

  drawFace(face, number) {
    let parts = this.nodes.get(face.id);
    if (parts && parts.shape !== face.shape) {
      parts.group.remove();
      parts.label.remove();
      parts = undefined;
    }
    if (!parts) this.nodes.set(face.id, parts = this.made(face.shape));
    for (const part of parts.lines) outline(part, face);
    mark(parts.group, "class", `face ${kind(face)}${face.id === this.chosen ? " chosen" : ""}`);
    say(parts.label, label(face, number));
    mark(parts.label, "class", `tag ${kind(face)}`);
    parts.face = face;
  }

  made(shape) {
    const name = shape === "ellipse" ? "ellipse" : "rect";
    const lines = ["halo", "line"].map((part) => svg(name, { class: part }));
    const group = svg("g", {}, lines);
    const text = svg("text", {});
    this.shapes.append(group);
    this.labels.append(text);
    return { group, lines, label: text, shape };
  }

  /** Puts everything where the view says. */
  place(view) {
    mark(this.shapes, "transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
    for (const { face, label: text } of this.nodes.values()) {
      const [x0, y0, x1] = face.box;
      const [left, top] = view.toStage(x0, y0);
      const wide = (x1 - x0) * view.scale;
      const shown = !this.masked && (wide >= ROOM_FOR_LABEL || face.id === this.chosen);
      mark(text, "visibility", shown ? "visible" : "hidden");
      mark(text, "x", (left + wide / 2).toFixed(1));
      mark(text, "y", (top < 20 ? Math.max(top, 0) + 16 : top - 6).toFixed(1));
    }
    this.placeHandles(view);
  }

  placeHandles(view) {
    const face = this.faces.find((one) => one.id === this.chosen);
    if (!face || this.masked || !this.resizable || (face.places?.length ?? 1) > 1) {
      this.held.replaceChildren();
      return;
    }
    const points = Object.entries(handles(face.box));
    if (!this.held.children.length) {
      this.held.append(...points.map(([name]) => svg("g", { class: `handle ${name}`, "data-handle": name },
        svg("circle", { class: "reach", r: 22 }), svg("circle", { class: "knob", r: 5.5 }))));
    }
    const [left, top] = view.toStage(face.box[0], face.box[1]);
    const [right, bottom] = view.toStage(face.box[2], face.box[3]);
    // Where the middle of the sides is nearer than a finger is wide, the corners alone remain.
    const tight = Math.min(right - left, bottom - top) < 66;
    const reach = Math.max(8, Math.min(22, Math.min(right - left, bottom - top) / 3));
    points.forEach(([name, point], at) => {
      const [x, y] = view.toStage(...point);
      const node = this.held.children[at];
      mark(node, "transform", `translate(${x} ${y})`);
      mark(node.firstChild, "r", reach);
      mark(node, "visibility", tight && name.length === 1 ? "hidden" : "visible");
    });
  }
}

function kind(face) {
  if (faint(face)) return "faint";
  return face.proposal ? "ask" : face.action;
}

function label(face, number) {
  const mark = { hide: "", keep: " keep", ask: " ?" }[face.proposal ? "ask" : face.action] ?? "";
  const sure = face.origin === "drawn" || face.origin === "copied" ? "" : ` · ${percent(face.score)}`;
  return `${number}${faint(face) ? " ?" : mark}${sure}`;
}

function outline(node, { shape, box: [x0, y0, x1, y1] }) {
  const values = shape === "ellipse"
    ? { cx: (x0 + x1) / 2, cy: (y0 + y1) / 2, rx: (x1 - x0) / 2, ry: (y1 - y0) / 2 }
    : { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
  for (const [name, value] of Object.entries(values)) mark(node, name, value);
}
