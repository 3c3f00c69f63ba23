// One picture on the wall.

import { el, mark, say } from "../core/dom.js";
import { of } from "../core/api.js";
import { counts, STATE_NAMES } from "../core/words.js";
import { badge } from "../picture/side.js";
import { thumbnails } from "./thumbnails.js";

export class Tile {
  constructor(row) {
    this.image = el("img", { alt: "", draggable: "false", hidden: true });
    this.frame = el("span", { class: "frame" }, this.image);
    this.name = el("span", { class: "name" });
    this.state = el("span", { class: "state" });
    this.counts = el("span", { class: "counts" });
    this.link = el("a", { href: `#picture/${encodeURIComponent(row.id)}`, tabindex: "-1", data: { id: row.id } },
      this.frame, el("span", { class: "label" }, this.name, this.state, this.counts));
    this.node = el("li", { class: "tile" }, this.link);
    this.wanted = null;
    this.draw(row);
  }

  /** Shows what is known of the picture. */
  draw(row) {
    this.row = row;
    say(this.name, row.name);
    say(this.counts, row.problem ? row.problem.message : counts(row));
    if (this.node.dataset.state !== row.state) this.state.replaceChildren(badge(row.state));
    mark(this.node, "data-state", row.state);
    mark(this.node, "data-waiting", row.detected === false && !row.problem ? "" : null);
    mark(this.link, "aria-label", `${row.name}. ${STATE_NAMES[row.state] ?? row.state}. ${row.problem?.message ?? counts(row)}`);
  }

  /** Asks for the pixels; they come when there is nothing more urgent. */
  async show() {
    if (this.wanted || !this.image.hidden) return;
    if (this.row.problem && !this.row.size) {
      this.none();
      return;
    }
    const control = new AbortController();
    this.wanted = control;
    try {
      const url = await thumbnails.want(of(this.row.id, "thumbnail"), control.signal);
      if (url === null) return;
      this.image.src = url;
      await this.image.decode();
      this.image.hidden = false;
      if (!performance.getEntriesByName("first thumbnail").length) performance.mark("first thumbnail");
    } catch (error) {
      if (error.name !== "AbortError") this.none();
    } finally {
      this.wanted = null;
    }
  }

  none() {
    this.frame.replaceChildren(el("span", { class: "soft", text: "Cannot be shown" }));
  }

  /** Asks no more, if the pixels have not come yet. */
  leave() {
    this.wanted?.abort();
  }
}
