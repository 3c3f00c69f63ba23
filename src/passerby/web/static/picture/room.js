// One picture: what is shown, what is chosen, which comes next.

import { el, icon, iconButton, mark, say } from "../core/dom.js";
import { announce, complain } from "../core/live.js";
import { counts, faint } from "../core/words.js";
import { of } from "../core/api.js";
import { thumbnails } from "../wall/thumbnails.js";
import { Actions } from "./actions.js";
import { Bar } from "./bar.js";
import { FaceList } from "./list.js";
import { Overlay } from "./overlay.js";
import { prefetch, Sheet } from "./sheet.js";
import { roomKeys } from "./room_keys.js";
import { badge, Side } from "./side.js";
import { Result } from "./result.js";
import { Stage } from "./stage.js";
import { Tools } from "./tools.js";
import { View } from "./view.js";

const SEEN_AFTER = 500;

export class Room {
  constructor(folder, desk, dialogs, leave) {
    Object.assign(this, { folder, desk, dialogs, leave });
    this.order = [];
    this.id = null;
    this.chosen = null;
    this.drafts = new Map();
    this.frame = 0;
    this.view = new View();
    this.sheet = new Sheet();
    this.overlay = new Overlay();
    this.result = new Result(() => this.redraw());
    this.actions = new Actions(desk, this, dialogs.keeping);
    this.stage = new Stage(this.view, this.sheet, this.overlay, this.listeners());
    this.bar = new Bar(this.actions);
    this.list = new FaceList(this.actions, this);
    this.side = new Side(desk, this, { copy: () => this.copy() });
    this.tools = new Tools(this);
    this.build();
    this.view.moved = () => this.place();
    new ResizeObserver(() => this.resized()).observe(this.stage.node);
    desk.addEventListener("picture", ({ detail }) => detail.id === this.id && this.redraw());
    desk.addEventListener("named", ({ detail }) => this.renamed(detail));
    desk.addEventListener("elsewhere", ({ detail }) => this.elsewhere(detail));
    document.addEventListener("keydown", (event) => roomKeys(this, event));
    document.addEventListener("keyup", (event) => event.key.toLowerCase() === "r" && this.result.hold(false));
    addEventListener("blur", () => this.result.hold(false));
  }

  listeners() {
    return {
      chosen: (face, pointed) => this.pointed(face, pointed),
      drafted: (id, box) => this.drafted(id, box),
      reshaped: (id, box) => { this.drafted(id, null); this.actions.reshape(id, box); },
      drawn: (shape, box) => { this.tools.set(null); this.actions.draw(shape, box); },
      swiped: (way) => this.go(way),
    };
  }

  build() {
    this.title = el("h1", { id: "picture-title", tabindex: "-1" });
    this.position = el("span", { class: "position" });
    this.state = el("span", { class: "state" });
    this.before = iconButton("back", "Picture before", () => this.go(-1));
    this.next = el("button", { type: "button", class: "button primary next", on: { click: () => this.go(1) } },
      el("span", { text: "Next" }), icon("forth"));
    const back = el("a", { class: "tool", href: "#", "aria-label": "Back to the wall", title: "Back to the wall" }, icon("wall"));
    this.stage.node.append(this.result.image, this.bar.node);
    // The result lies under the faces' outlines.
    this.stage.node.insertBefore(this.result.image, this.overlay.node);
    this.side.node = el("aside", { class: "side", "aria-label": "Decisions", tabindex: "0" }, this.side.status,
      this.list.node, this.side.burst, this.side.fields, this.side.sign);
    this.node = el("section", { class: "room", "aria-labelledby": "picture-title", hidden: true },
      el("header", { class: "room-head" }, back,
        el("div", { class: "heading" }, this.title, el("p", {}, this.state, this.position)),
        el("div", { class: "steps" }, this.before, this.next)),
      el("div", { class: "bench" }, this.stage.node, this.result.words, this.tools.node,
        el("p", { id: "stage-hint", class: "hidden-text", text: "Press question mark for the keys." })),
      this.side.node);
  }

  /** The picture as the person sees it. */
  get picture() {
    return this.desk.picture(this.id);
  }

  /** Its faces, those that are being moved where they are. */
  get faces() {
    const faces = this.picture?.faces ?? [];
    return faces.map((face) => {
      const box = this.drafts.get(face.id);
      return box ? { ...this.here(face), box } : this.here(face);
    });
  }

  /** Returns a face as it lies in the frame that is shown. */
  here(face) {
    const place = (face.places?.length ?? 0) > 1 && face.places.find((one) => one.frame === this.frame);
    return place ? { ...face, shape: place.shape, box: place.box } : face;
  }

  /** Shows a picture; `order` is the way from one to the next. */
  async open(id, order) {
    if (order) this.order = order;
    this.sheet.stop();
    this.result.stop();
    clearTimeout(this.seenTimer);
    Object.assign(this, { id, chosen: null, frame: 0, ready: false, pixelsOf: null });
    this.drafts.clear();
    this.actions.held = null;
    this.held(false);
    this.node.hidden = false;
    const row = this.folder.rows.get(id);
    say(this.title, row?.name ?? "");
    document.title = `${row?.name ?? "Picture"}: Passerby`;
    this.headline();
    try {
      const picture = await this.desk.load(id);
      if (this.id === id) await this.show(picture);
    } catch (error) {
      complain(error);
    }
  }

  async show(picture) {
    this.view.fitted = true;
    this.resized();
    this.pixelsOf = picture.size ? picture.id : null;
    this.redraw();
    this.announceOpened(picture);
    if (picture.size) await this.showPixels(picture);
  }

  async showPixels(picture) {
    this.pixelsOf = picture.id;
    const start = performance.now();
    await this.sheet.show(picture, this.view, thumbnails.peek(of(picture.id, "thumbnail")), this.frame);
    if (this.id !== picture.id) return;
    this.ready = true;
    this.stage.node.dataset.shown = picture.id;
    performance.measure("picture", { start, end: performance.now(), detail: picture.id });
    this.seeSoon();
    this.prefetch();
  }

  announceOpened(picture) {
    const row = this.folder.rows.get(picture.id);
    announce(`${picture.name}, ${this.order.indexOf(picture.id) + 1} of ${this.order.length}: ${counts(row ?? {})}`);
  }

  /** Notes that a person looked, once the picture was in sight for a moment. */
  seeSoon() {
    clearTimeout(this.seenTimer);
    const { id } = this;
    if (this.picture?.state !== "unseen" || this.picture.detected === false) return;
    this.seenTimer = setTimeout(() => {
      if (this.id === id && !document.hidden) this.desk.change(id, [{ kind: "seen" }]);
    }, SEEN_AFTER);
  }

  prefetch() {
    const at = this.order.indexOf(this.id);
    const longest = Math.max(...this.view.stage);
    for (const id of [this.order[at - 1], this.order[at + 1]]) {
      if (!id || !this.folder.rows.get(id)?.size) continue;
      this.desk.load(id).catch(() => {});
      prefetch(id, longest);
    }
  }

  /** Goes to the next (1) or the last (-1) picture. */
  go(way) {
    const id = this.order[this.order.indexOf(this.id) + way];
    if (id) location.hash = `#picture/${encodeURIComponent(id)}`;
    else announce(way > 0 ? "This is the last picture" : "This is the first picture");
  }

  /** Shows another frame of an animation, or page. */
  async showFrame(frame) {
    this.frame = frame;
    this.redraw();
    await this.sheet.show(this.picture, this.view, "", frame).catch(complain);
  }

  close() {
    clearTimeout(this.seenTimer);
    this.sheet.stop();
    this.result.stop();
    this.node.hidden = true;
    this.id = null;
  }

  resized() {
    const size = this.picture?.size;
    const { clientWidth, clientHeight } = this.stage.node;
    if (this.id && size && clientWidth && clientHeight) this.view.resize(size, [clientWidth, clientHeight]);
  }

  /** Draws everything anew. */
  redraw() {
    const { picture } = this;
    if (!picture || this.node.hidden) return;
    if (picture.size && !same(this.view.picture, picture.size)) this.resized();
    const { faces } = this;
    this.result.follow(picture, !this.desk.intents.get(picture.id)?.length, Math.max(...this.view.stage), this.frame);
    const masked = this.result.shown;
    mark(this.stage.node, "data-result", masked ? (this.result.fresh ? "real" : "sketch") : null);
    this.overlay.draw(faces, this.chosen, this.view, { masked });
    this.bar.show(masked || this.actions.held ? null : faces.find((face) => face.id === this.chosen) ?? null);
    this.list.draw(picture, faces, this.chosen);
    this.side.draw(picture, picture.detected === false || picture.problem ? "" : this.result.line());
    this.tools.draw(picture);
    this.headline();
    this.place();
    if (picture.detected !== false && this.ready) this.seeSoonOnce(picture);
    // Its size was not known before the detectors had looked.
    if (picture.size && this.pixelsOf !== picture.id) this.showPixels(picture).catch(complain);
  }

  seeSoonOnce(picture) {
    const key = `${picture.id} ${picture.detected}`;
    if (this.seenKey === key) return;
    this.seenKey = key;
    this.seeSoon();
  }

  headline() {
    const row = this.folder.rows.get(this.id);
    const at = this.order.indexOf(this.id);
    say(this.position, at < 0 ? "" : `${at + 1} of ${this.order.length}`);
    if (row && this.state.dataset.state !== row.state) {
      this.state.dataset.state = row.state;
      this.state.replaceChildren(badge(row.state));
    }
    this.before.disabled = at <= 0;
    this.next.disabled = at < 0 || at >= this.order.length - 1;
  }

  place() {
    this.sheet.place();
    this.overlay.place(this.view);
    this.bar.place(this.view);
    this.result.place(this.view);
    this.tools.zoomed(this.view);
  }

  /** Chooses a face, or none. */
  choose(id, { reveal = false } = {}) {
    if (this.actions.held && this.actions.held.id !== id) this.actions.release(false);
    this.chosen = id;
    this.redraw();
    const face = this.faces.find((one) => one.id === id);
    if (face && reveal) this.view.reveal(face.box);
    if (face) this.list.reveal(id);
  }

  /** Chooses the next (1) or last (-1) face. */
  chooseStep(way) {
    const { faces } = this;
    if (!faces.length) return;
    const at = faces.findIndex((face) => face.id === this.chosen);
    const next = faces[at < 0 ? (way > 0 ? 0 : faces.length - 1) : (at + way + faces.length) % faces.length];
    this.choose(next.id, { reveal: true });
    if (this.list.node.contains(document.activeElement)) this.list.focus(next.id);
    const item = this.list.items.get(next.id);
    announce(`Face ${item.number.textContent}: ${item.origin.textContent}, ${item.state.textContent}`);
  }

  /** Chooses what comes after a face that goes, and keeps the keyboard there. */
  chooseNear(face) {
    const { faces } = this;
    const at = faces.findIndex((one) => one.id === face.id);
    const near = faces[at + 1] ?? faces[at - 1] ?? null;
    const inside = this.list.node.contains(document.activeElement);
    this.choose(near?.id ?? null);
    if (inside && near) this.list.focus(near.id);
    else this.stage.node.focus({ preventScroll: true });
  }

  /** A click on the picture: one accepts a suggestion, any other chooses. */
  pointed(face, pointed) {
    this.choose(face?.id ?? null);
    if (face && pointed && faint(face)) this.actions.hide(face);
  }

  drafted(id, box) {
    if (box) this.drafts.set(id, box);
    else this.drafts.delete(id);
    this.overlay.draw(this.faces, this.chosen, this.view, { masked: this.result.shown });
    this.bar.show(box ? null : this.faces.find((face) => face.id === this.chosen) ?? null);
    this.bar.place(this.view);
  }

  /** Shows that the arrow keys move a region. */
  held(on) {
    this.stage.node.classList.toggle("held", on);
    if (on) this.stage.node.focus({ preventScroll: true });
  }

  /** Returns the present id of a face. */
  nameOf(id) {
    return this.desk.name(id);
  }

  renamed({ from, to }) {
    if (this.chosen === from) this.chosen = to;
    if (this.actions.held?.id === from) this.actions.held.id = to;
    if (this.drafts.has(from)) {
      this.drafts.set(to, this.drafts.get(from));
      this.drafts.delete(from);
    }
  }

  elsewhere({ id, changed }) {
    const name = this.folder.rows.get(id)?.name ?? "a picture";
    this.dialogs.elsewhere(name, changed.size);
  }

  /** Copies decisions to the neighbours of the burst. */
  copy() {
    if (this.picture?.neighbours?.length) this.dialogs.copying.open(this.picture);
  }
}

function same(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}
