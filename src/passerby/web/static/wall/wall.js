// The wall: all pictures, least certain first.

import { button, el, icon, later, mark, say } from "../core/dom.js";
import { announce } from "../core/live.js";
import { ordered } from "../core/folder.js";
import { plural, STATE_NAMES, STATES } from "../core/words.js";
import { press, typing } from "../core/keys.js";
import { Tile } from "./tile.js";

const CALM = 1500;
const AHEAD = "600px";

export class Wall {
  constructor(folder, { openPublish, add, extras }) {
    this.folder = folder;
    this.openPublish = openPublish;
    this.tiles = new Map();
    this.shown = [];
    this.filter = "all";
    this.sort = "certainty";
    this.words = "";
    this.current = null;
    this.touched = 0;
    this.build(add, extras);
    // The last one asked for comes first: that has to be the topmost.
    this.sight = new IntersectionObserver((entries) => entries.reverse().forEach((entry) => this.sighted(entry)),
      { rootMargin: AHEAD });
    this.byNode = new WeakMap();
    this.settle = later(CALM, () => this.resort());
    this.recount = later(60, () => this.drawCounts());
    folder.addEventListener("loaded", () => this.reload());
    folder.addEventListener("row", ({ detail }) => this.rowChanged(detail));
    for (const kind of ["pointermove", "keydown", "wheel", "scroll"]) {
      addEventListener(kind, () => { this.touched = Date.now(); }, { passive: true });
    }
    document.addEventListener("keydown", (event) => this.key(event));
  }

  build(add, extras) {
    this.title = el("h1", { id: "wall-title", tabindex: "-1" });
    this.search = el("input", { type: "search", id: "search", placeholder: "Search by name", autocomplete: "off",
      spellcheck: "false", "aria-label": "Search by name", on: { input: () => this.find(this.search.value) } });
    this.order = el("select", { id: "order", "aria-label": "Order", on: { change: () => this.sortBy(this.order.value) } },
      el("option", { value: "certainty", text: "Least certain first" }), el("option", { value: "name", text: "By name" }));
    this.publish = button("Publish…", () => this.openPublish(), { class: "button primary" });
    this.filters = el("div", { class: "filters", role: "group", "aria-label": "Show" });
    this.chips = new Map(["all", ...STATES].map((name) => [name, this.chip(name)]));
    this.bar = el("progress", { max: "1", value: "0", "aria-label": "Pictures looked at by the detectors" });
    this.progressWords = el("span", {});
    this.progress = el("div", { class: "progress", hidden: true }, this.progressWords, this.bar);
    this.list = el("ul", { class: "tiles", "aria-label": "Pictures", role: "list" });
    this.none = el("p", { class: "none", hidden: true });
    this.node = el("section", { class: "wall", "aria-labelledby": "wall-title" },
      el("header", { class: "wall-head" },
        el("div", { class: "titles" }, el("p", { class: "brand", text: "Passerby, review" }), this.title),
        el("div", { class: "head-actions" }, extras, add, this.publish)),
      el("div", { class: "controls" }, this.filters,
        el("div", { class: "finders" }, el("label", { class: "search" }, icon("search"), this.search), this.order)),
      this.progress, this.list, this.none);
  }

  chip(name) {
    const count = el("b", { text: "0" });
    const node = el("button", { type: "button", class: "chip", "aria-pressed": String(name === "all"), data: { filter: name },
      on: { click: () => this.show(name) } }, name === "all" ? null : icon(name),
      el("span", { text: name === "all" ? "All" : STATE_NAMES[name] }), count);
    this.filters.append(node);
    return { node, count };
  }

  /** Everything was loaded anew. */
  reload() {
    say(this.title, this.folder.name);
    for (const [id, tile] of this.tiles) {
      if (this.folder.rows.has(id)) continue;
      tile.node.remove();
      this.tiles.delete(id);
    }
    for (const row of this.folder.rows.values()) this.tiles.get(row.id)?.draw(row);
    this.drawCounts();
    this.arrange();
  }

  rowChanged({ id, added }) {
    this.tiles.get(id)?.draw(this.folder.rows.get(id));
    this.recount();
    if (added) this.arrange();
    else this.settle();
  }

  /** Sorts anew when nobody is at work in the wall: nothing may jump away under a hand. */
  resort() {
    if (Date.now() - this.touched < CALM && !this.node.hidden) this.settle();
    else this.arrange();
  }

  matching() {
    const words = this.words.trim().toLowerCase();
    return [...this.folder.rows.values()].filter((row) => (this.filter === "all" || row.state === this.filter)
      && (!words || row.name.toLowerCase().includes(words)));
  }

  /** Puts the tiles in their order. */
  arrange() {
    this.shown = ordered(this.matching(), this.sort);
    const nodes = this.shown.map((id) => this.tile(id).node);
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    const children = this.list.children;
    const there = nodes.length === children.length && nodes.every((node, at) => node === children[at]);
    if (!there) this.list.replaceChildren(...nodes);
    focused?.focus({ preventScroll: true });
    if (!this.shown.includes(this.current)) this.current = this.shown[0] ?? null;
    this.rove();
    this.none.hidden = nodes.length > 0;
    say(this.none, this.folder.rows.size ? "No picture matches." : "No pictures yet. Drop files or folders here, or add them.");
  }

  tile(id) {
    let tile = this.tiles.get(id);
    if (!tile) {
      tile = new Tile(this.folder.rows.get(id));
      this.tiles.set(id, tile);
      this.byNode.set(tile.node, tile);
      this.sight.observe(tile.node);
    }
    return tile;
  }

  sighted(entry) {
    const tile = this.byNode.get(entry.target);
    if (entry.isIntersecting) tile.show();
    else tile.leave();
  }

  rove() {
    for (const [id, tile] of this.tiles) mark(tile.link, "tabindex", id === this.current ? "0" : "-1");
  }

  show(filter) {
    this.filter = filter;
    for (const [name, { node }] of this.chips) mark(node, "aria-pressed", String(name === filter));
    this.arrange();
    announce(plural(this.shown.length, "picture"));
  }

  find(words) {
    this.words = words;
    this.arrange();
    announce(plural(this.shown.length, "picture"));
  }

  sortBy(order) {
    this.sort = order;
    this.arrange();
  }

  drawCounts() {
    const tally = this.folder.tally();
    for (const [name, { node, count }] of this.chips) {
      say(count, (tally[name] ?? 0).toLocaleString("en"));
      node.hidden = name !== "all" && name !== this.filter && !tally[name];
    }
    const done = tally.all - tally.waiting;
    this.progress.hidden = tally.waiting === 0;
    mark(this.bar, "max", tally.all || 1);
    this.bar.value = done;
    say(this.progressWords, `Looking for faces: ${done.toLocaleString("en")} of ${tally.all.toLocaleString("en")}`);
    if (this.wasWaiting && !tally.waiting) announce("All pictures are looked at");
    this.wasWaiting = tally.waiting > 0;
    const going = this.folder.publishing;
    say(this.publish, going?.running ? `Publishing ${going.done} of ${going.total}` : "Publish…");
    this.publish.disabled = tally.all === 0;
  }

  /** Shows the wall; the keyboard goes back to where it was. */
  open(id) {
    this.node.hidden = false;
    document.title = `${this.folder.name}: Passerby`;
    this.arrange();
    if (id && this.shown.includes(id)) this.current = id;
    this.rove();
    if (id) this.go(this.current);
  }

  go(id) {
    if (!id) return;
    this.current = id;
    this.rove();
    const { link } = this.tile(id);
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: "nearest" });
  }

  columns() {
    const { children } = this.list;
    const top = children[0]?.offsetTop;
    let count = 0;
    while (count < children.length && children[count].offsetTop === top) count += 1;
    return Math.max(1, count);
  }

  key(event) {
    if (this.node.hidden || event.defaultPrevented || typing(event)) return;
    const key = press(event);
    if (key === "/") {
      event.preventDefault();
      this.search.focus();
    } else if (event.target.closest?.(".tiles")) this.gridKey(event, key);
  }

  gridKey(event, key) {
    const at = this.shown.indexOf(event.target.dataset.id ?? this.current);
    const columns = this.columns();
    const page = columns * Math.max(1, Math.floor(innerHeight / (this.tiles.get(this.shown[0])?.node.offsetHeight || 200)) - 1);
    const last = this.shown.length - 1;
    const goal = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns,
      Home: 0, End: last, PageUp: Math.max(0, at - page), PageDown: Math.min(last, at + page) }[key];
    if (goal === undefined || !this.shown[goal]) return;
    event.preventDefault();
    this.go(this.shown[goal]);
  }
}

/** Returns the button that adds files, and the one for folders. */
export function addButtons(take) {
  const files = el("input", { type: "file", multiple: true, hidden: true, "aria-hidden": "true", tabindex: "-1",
    accept: "image/*,.heic,.heif,.avif,.jxl,.psd,.dng,.tif,.tiff" });
  const folder = el("input", { type: "file", webkitdirectory: true, hidden: true, "aria-hidden": "true", tabindex: "-1" });
  for (const input of [files, folder]) {
    input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  }
  return el("span", { class: "add" }, files, folder, button("Add files", () => files.click()),
    button("Add folder", () => folder.click()));
}
