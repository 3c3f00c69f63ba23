// The pixels on the stage: a small picture at once, then one for the size of the screen, then
// real pixels of the part that is seen closely.

import { el } from "../core/dom.js";
import { later } from "../core/dom.js";
import { of } from "../core/api.js";
import { Pixels } from "../core/pixels.js";

const WIDTHS = [640, 1280, 1920, 2560, 4096];
const LARGEST_REGION = 2048;
const SETTLED = 140;

const views = new Pixels(14, 2);
const regions = new Pixels(24, 1);

/** Returns the address of a picture as wide as the screen needs it. */
export function viewPath(id, longest, frame = 0) {
  const wanted = longest * devicePixelRatio;
  const width = WIDTHS.find((one) => one >= wanted) ?? WIDTHS.at(-1);
  return of(id, `view?w=${width}${frame ? `&frame=${frame}` : ""}`);
}

/** Asks for a picture before it is wanted. */
export function prefetch(id, longest) {
  views.want(viewPath(id, longest)).catch(() => {});
}

export class Sheet {
  constructor() {
    this.whole = el("img", { class: "whole", alt: "", draggable: "false" });
    this.part = el("img", { class: "part", alt: "", draggable: "false" });
    this.node = el("div", { class: "sheet" }, this.whole, this.part);
    this.part.hidden = true;
    this.closer = later(SETTLED, () => this.fetchPart());
    this.asked = null;
  }

  /** Shows a picture: `small` is what is at hand until the pixels come. Returns when they are
   * there. Raises Refusal and Silence. */
  async show(picture, view, small, frame = 0) {
    this.stop();
    this.id = picture.id;
    this.frame = frame;
    this.size = picture.size;
    this.view = view;
    this.loaded = 0;
    this.part.hidden = true;
    this.shown = null;
    const path = viewPath(picture.id, Math.max(...view.stage), frame);
    this.whole.src = views.peek(path) ?? small ?? "";
    this.whole.hidden = !this.whole.getAttribute("src");
    this.place();
    const control = new AbortController();
    this.asked = control;
    const url = await views.want(path, control.signal);
    if (this.asked !== control) return;
    if (this.whole.src !== url) await swap(this.whole, url);
    if (this.asked !== control) return;
    this.loaded = Math.max(this.whole.naturalWidth, this.whole.naturalHeight);
    this.place();
  }

  /** Gives up what is on its way. */
  stop() {
    this.asked?.abort();
    this.asked = null;
    this.askedPart?.abort();
    this.closer.cancel();
  }

  /** Puts the pixels where the view says. */
  place() {
    const { view } = this;
    if (!view || !this.size) return;
    put(this.whole, view, [0, 0, ...this.size]);
    if (this.shown) put(this.part, view, this.shown);
    this.part.classList.toggle("blocks", view.scale * devicePixelRatio >= 2);
    this.closer();
  }

  /** Whether the screen could show more than what is loaded. */
  get coarse() {
    const longest = Math.max(...this.size);
    return this.loaded > 0 && this.loaded < longest
      && this.view.scale * longest * devicePixelRatio > this.loaded * 1.05;
  }

  async fetchPart() {
    if (!this.coarse) {
      this.part.hidden = true;
      this.shown = null;
      return;
    }
    const box = this.view.seen(0.2);
    const wide = Math.max(box[2] - box[0], box[3] - box[1]);
    const width = Math.min(LARGEST_REGION, wide, Math.ceil(wide * this.view.scale * devicePixelRatio));
    const frame = this.frame ? `&frame=${this.frame}` : "";
    const path = of(this.id, `region?box=${box.join(",")}&w=${width}${frame}`);
    this.askedPart?.abort();
    const control = new AbortController();
    this.askedPart = control;
    try {
      const url = await regions.want(path, control.signal);
      if (this.askedPart !== control || !this.coarse) return;
      await swap(this.part, url);
      if (this.askedPart !== control) return;
      this.shown = box;
      this.part.hidden = false;
      this.place();
    } catch {
      // What is on the screen is coarse, and stays.
    }
  }
}

/** Shows other pixels when they are decoded, so that nothing blinks. */
async function swap(image, url) {
  const next = new Image();
  next.src = url;
  await next.decode();
  image.src = url;
  image.hidden = false;
  await image.decode().catch(() => {});
}

function put(node, view, [x0, y0, x1, y1]) {
  const [left, top] = view.toStage(x0, y0);
  node.style.transform = `translate(${left}px, ${top}px)`;
  node.style.width = `${(x1 - x0) * view.scale}px`;
  node.style.height = `${(y1 - y0) * view.scale}px`;
}
