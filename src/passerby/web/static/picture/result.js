// Before and after. The overlay answers at once with plain masks, marked as not made yet; the
// real output of the real pipeline takes its place when it has come.

import { el, later, say } from "../core/dom.js";
import { of } from "../core/api.js";
import { Pixels } from "../core/pixels.js";

const CALM = 1200;
const AGAIN = 1500;

const previews = new Pixels(8, 1);

export class Result {
  /** `changed` is called when there is something else to see. */
  constructor(changed) {
    this.changed = changed;
    this.image = el("img", { class: "result", alt: "", draggable: "false", hidden: true });
    this.words = el("p", { class: "result-words", role: "status", hidden: true });
    this.id = null;
    this.ready = null;
    this.held = false;
    this.locked = false;
    this.problem = "";
    this.soon = later(CALM, () => this.fetch());
    this.again = later(AGAIN, () => this.fetch());
  }

  /** Whether the result is to be seen instead of the original. */
  get shown() {
    return this.held || this.locked;
  }

  /** Whether what is seen is the real output of the decisions as they are. */
  get fresh() {
    return this.ready !== null && this.ready === this.path && this.settled;
  }

  /** Says which picture, version and frame is in hand. `settled`: the server knows all changes. */
  follow(picture, settled, longest, frame) {
    const path = picture.detected === false || picture.problem ? null : `${picture.id} ${picture.version} ${frame}`;
    this.settled = settled;
    this.longest = longest;
    if (path === this.path) return;
    this.path = path;
    this.ready = this.id === picture.id ? this.ready : null;
    this.id = picture.id;
    this.version = picture.version;
    this.frame = frame;
    this.problem = "";
    this.again.cancel();
    if (path === null) this.soon.cancel();
    else if (this.shown) this.fetch();
    else this.soon();
  }

  /** Stops asking. */
  stop() {
    this.soon.cancel();
    this.again.cancel();
    this.path = undefined;
    this.held = false;
    this.locked = false;
  }

  /** Shows or hides the result while a key or a button is held. */
  hold(on) {
    if (this.held === on) return;
    this.held = on;
    this.wanted();
  }

  /** Shows the result until it is called again. */
  lock() {
    this.locked = !this.locked;
    this.wanted();
  }

  wanted() {
    if (this.shown && !this.fresh && this.path) this.fetch();
    this.changed();
  }

  /** The server says that a preview is there. */
  heard({ id, version, problem }) {
    if (id !== this.id || version !== this.version) return;
    if (problem) this.fail(problem.message);
    else this.fetch();
  }

  async fetch() {
    const { id, version, frame, path } = this;
    if (!path || this.ready === path || this.fetching === path) return;
    this.fetching = path;
    try {
      const part = frame ? `&frame=${frame}` : "";
      const url = await previews.want(of(id, `preview?v=${version}&w=${width(this.longest)}${part}`));
      if (this.path !== path) return;
      if (url === null) this.again();
      else await this.arrived(url, path);
    } catch (error) {
      if (this.path === path && error.status !== 409) this.fail(error.message);
    } finally {
      this.fetching = null;
    }
  }

  async arrived(url, path) {
    this.image.src = url;
    await this.image.decode().catch(() => {});
    if (this.path !== path) return;
    this.ready = path;
    this.changed();
  }

  fail(message) {
    this.problem = message;
    this.changed();
  }

  /** Puts the result where the picture lies, and says what it is. */
  place(view) {
    const real = this.shown && this.fresh;
    this.image.hidden = !real;
    this.words.hidden = !this.shown;
    if (this.shown) say(this.words, this.state());
    this.words.classList.toggle("stale", this.shown && !real);
    if (!real) return;
    this.image.style.transform = `translate(${view.x}px, ${view.y}px)`;
    this.image.style.width = `${view.picture[0] * view.scale}px`;
    this.image.style.height = `${view.picture[1] * view.scale}px`;
  }

  state() {
    if (this.problem) return `No result: ${this.problem}`;
    if (this.fresh) return "Result, as it would be published";
    return this.path === null ? "Not looked at yet" : "Sketch. The real result is being made";
  }

  /** Returns one line on the result, for the panel. */
  line() {
    if (this.problem) return `No result: ${this.problem}`;
    return this.fresh ? "The result is up to date. Hold R to see it." : "The result is being made.";
  }
}

function width(longest) {
  return Math.round(longest * devicePixelRatio);
}
