// The stage: mouse, pen and fingers on the picture. What they mean is told to listeners:
// `chosen(face or null, pointed)`, `drafted(id, box)`, `reshaped(id, box)`, `drawn(shape, box)`,
// `swiped(1 or -1)`.

import { el } from "../core/dom.js";
import { area, between, clip, holds, move, stretch } from "./regions.js";

const SLACK = { mouse: 4, pen: 6, touch: 10 };
const REACH = { mouse: 0, pen: 4, touch: 12 };
const WHEEL = 0.0022;
const SWIPE = 70;

export class Stage {
  constructor(view, sheet, overlay, listeners) {
    this.view = view;
    this.overlay = overlay;
    this.listeners = listeners;
    this.draft = el("div", { class: "draft", hidden: true });
    this.node = el("div", { class: "stage", tabindex: "0", role: "group",
      "aria-label": "Picture. Its faces are in the list beside it.", "aria-describedby": "stage-hint" },
      sheet.node, overlay.node, this.draft);
    this.tool = null;
    this.pointers = new Map();
    this.gesture = null;
    this.listen();
  }

  listen() {
    const { node } = this;
    node.addEventListener("pointerdown", (event) => this.down(event));
    node.addEventListener("pointermove", (event) => this.move(event));
    node.addEventListener("pointerup", (event) => this.up(event));
    node.addEventListener("pointercancel", (event) => this.cancel(event));
    node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    node.addEventListener("dblclick", (event) => this.double(event));
    // Safari's own pinch would zoom the page.
    node.addEventListener("gesturestart", (event) => event.preventDefault());
  }

  /** Draws with "box" or "ellipse" next, or with nothing. */
  setTool(tool) {
    this.tool = tool;
    this.node.dataset.tool = tool ?? "";
  }

  at(event) {
    const frame = this.node.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  /** Returns the smallest face under a point of the stage. */
  hit(point, reach) {
    const where = this.view.toPicture(...point);
    const there = this.overlay.faces.filter((face) => holds(face, where, reach / this.view.scale));
    return there.sort((a, b) => area(a.box) - area(b.box))[0] ?? null;
  }

  down(event) {
    if (event.target.closest(".bar")) return;
    if (event.button > 1) return;
    const point = this.at(event);
    this.pointers.set(event.pointerId, point);
    this.node.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) this.pinch();
    else if (this.pointers.size === 1) this.gesture = this.begin(event, point);
    if (this.gesture?.kind !== "pan") event.preventDefault();
    this.node.focus({ preventScroll: true });
  }

  begin(event, start) {
    const common = { start, last: start, dragged: false, type: event.pointerType };
    const handle = event.target.closest("[data-handle]")?.dataset.handle;
    const chosen = this.overlay.faces.find((face) => face.id === this.overlay.chosen);
    if (handle && chosen) return { ...common, kind: "resize", handle, face: chosen, box: chosen.box };
    if (event.button === 1) return { ...common, kind: "pan", face: null };
    const shape = this.tool ?? (event.shiftKey ? "ellipse" : null);
    if (shape) return { ...common, kind: "draw", shape };
    const face = this.overlay.masked ? null : this.hit(start, REACH[event.pointerType] ?? 0);
    const movable = face && face === chosen && this.overlay.resizable && (face.places?.length ?? 1) === 1;
    return { ...common, kind: movable ? "move" : "pan", face, box: face?.box };
  }

  pinch() {
    this.undraft();
    const [a, b] = [...this.pointers.values()];
    this.gesture = { kind: "pinch", distance: distance(a, b), middle: middle(a, b) };
  }

  move(event) {
    if (!this.pointers.has(event.pointerId)) return;
    const point = this.at(event);
    this.pointers.set(event.pointerId, point);
    const { gesture } = this;
    if (!gesture) return;
    if (gesture.kind === "pinch") {
      this.pinched(gesture);
      return;
    }
    const slack = SLACK[gesture.type] ?? 4;
    if (!gesture.dragged && distance(gesture.start, point) < slack) return;
    gesture.dragged = true;
    this.dragged(gesture, point);
    gesture.last = point;
  }

  dragged(gesture, point) {
    const { view } = this;
    const dx = (point[0] - gesture.start[0]) / view.scale, dy = (point[1] - gesture.start[1]) / view.scale;
    if (gesture.kind === "pan") view.pan(point[0] - gesture.last[0], point[1] - gesture.last[1]);
    else if (gesture.kind === "draw") this.drafting(gesture, point);
    else {
      gesture.now = gesture.kind === "move" ? move(gesture.box, dx, dy, view.picture)
        : stretch(gesture.box, gesture.handle, dx, dy);
      this.listeners.drafted(gesture.face.id, gesture.now);
    }
  }

  drafting(gesture, point) {
    const { view, draft } = this;
    gesture.now = clip(between(view.toPicture(...gesture.start), view.toPicture(...point)), view.picture);
    draft.hidden = gesture.now === null;
    if (gesture.now === null) return;
    const [left, top] = view.toStage(gesture.now[0], gesture.now[1]);
    const [right, bottom] = view.toStage(gesture.now[2], gesture.now[3]);
    draft.classList.toggle("round", gesture.shape === "ellipse");
    Object.assign(draft.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`,
      height: `${bottom - top}px` });
  }

  pinched(gesture) {
    const [a, b] = [...this.pointers.values()];
    const now = middle(a, b), apart = distance(a, b);
    this.view.zoom(apart / (gesture.distance || 1), ...gesture.middle);
    this.view.pan(now[0] - gesture.middle[0], now[1] - gesture.middle[1]);
    gesture.middle = now;
    gesture.distance = apart;
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const { gesture } = this;
    if (gesture?.kind === "pinch") {
      // The finger that stays pans on.
      const [rest] = this.pointers.values();
      this.gesture = rest ? { kind: "pan", start: rest, last: rest, dragged: true, type: "touch" } : null;
      return;
    }
    this.gesture = null;
    if (!gesture) return;
    this.undraft();
    if (!gesture.dragged) this.clicked(gesture);
    else this.ended(gesture);
  }

  clicked(gesture) {
    const face = gesture.face
      ?? (gesture.kind === "draw" ? this.hit(gesture.start, REACH[gesture.type] ?? 0) : null);
    if (gesture.kind !== "resize") this.listeners.chosen(face, true);
  }

  ended(gesture) {
    const { kind, now } = gesture;
    if (kind === "draw" && now) this.listeners.drawn(gesture.shape, now);
    if ((kind === "move" || kind === "resize") && now) this.listeners.reshaped(gesture.face.id, now);
    const across = gesture.last[0] - gesture.start[0], down = gesture.last[1] - gesture.start[1];
    const swipe = kind === "pan" && gesture.type === "touch" && this.view.fitted
      && Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down);
    if (swipe) this.listeners.swiped(across < 0 ? 1 : -1);
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
    if (this.gesture?.face && this.gesture.now) this.listeners.drafted(this.gesture.face.id, null);
    this.gesture = null;
    this.undraft();
  }

  undraft() {
    this.draft.hidden = true;
    const held = this.gesture;
    if (held?.kind !== "pinch" && held?.face && held.now) this.listeners.drafted(held.face.id, null);
  }

  wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.shiftKey || (sideways && !event.ctrlKey)) {
      this.view.pan(-(event.deltaX || event.deltaY) * unit, event.shiftKey ? 0 : -event.deltaY * unit);
    } else {
      // A trackpad's pinch comes as a wheel with Ctrl, in small steps.
      const speed = event.ctrlKey ? 4 * WHEEL : WHEEL;
      this.view.zoom(Math.exp(-event.deltaY * unit * speed), ...this.at(event));
    }
  }

  double(event) {
    const point = this.at(event);
    if (this.tool || this.hit(point, 0)) return;
    if (this.view.fitted) this.view.zoomTo(Math.max(1 / devicePixelRatio, this.view.scale * 2), ...point);
    else this.view.fit();
  }
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}

function middle([ax, ay], [bx, by]) {
  return [(ax + bx) / 2, (ay + by) / 2];
}
