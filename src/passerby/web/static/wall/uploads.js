// Files and folders that are dropped or chosen: sent one after the other, each as it is.

import { button, el, iconButton, say } from "../core/dom.js";
import { upload } from "../core/api.js";
import { announce } from "../core/live.js";
import { plural } from "../core/words.js";

const LANES = 2;

export class Uploads {
  constructor() {
    this.queue = [];
    this.busy = 0;
    this.done = 0;
    this.failed = 0;
    this.total = 0;
    this.words = el("p", {});
    this.bar = el("progress", { max: "1", value: "0", "aria-label": "Files added" });
    this.problems = el("ul", { class: "problems" });
    this.stop = button("Stop", () => this.halt(), { class: "button small" });
    this.node = el("section", { class: "uploads", "aria-label": "Adding files", hidden: true },
      el("div", { class: "panel-head" }, this.words, this.stop, iconButton("close", "Close", () => { this.node.hidden = true; })),
      this.bar, this.problems);
    this.zone = el("div", { class: "drop", "aria-hidden": "true", hidden: true }, el("p", { text: "Drop to add to the folder" }));
    this.listen();
  }

  listen() {
    let depth = 0;
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragenter", (event) => {
      if (!carries(event)) return;
      depth += 1;
      this.zone.hidden = false;
    });
    addEventListener("dragleave", (event) => {
      if (!carries(event)) return;
      depth = Math.max(0, depth - 1);
      this.zone.hidden = depth === 0;
    });
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", async (event) => {
      event.preventDefault();
      depth = 0;
      this.zone.hidden = true;
      if (carries(event)) this.take(await dropped(event.dataTransfer));
    });
  }

  /** Adds files to those that are sent. */
  take(files) {
    if (!files.length) return;
    if (!this.busy && !this.queue.length) {
      Object.assign(this, { done: 0, failed: 0, total: 0 });
      this.problems.replaceChildren();
    }
    this.total += files.length;
    this.queue.push(...files);
    this.node.hidden = false;
    this.draw();
    while (this.busy < LANES && this.queue.length) this.next();
  }

  async next() {
    const file = this.queue.shift();
    if (!file) return;
    this.busy += 1;
    this.control ??= new AbortController();
    try {
      await upload(`api/files?name=${encodeURIComponent(file.webkitRelativePath || file.path || file.name)}`,
        file.file ?? file, this.control.signal);
      this.done += 1;
    } catch (error) {
      this.failed += 1;
      const why = error.name === "AbortError" ? "stopped" : [error.message, error.advice].filter(Boolean).join(" ");
      this.problems.append(el("li", {}, el("strong", { text: file.name }), ` ${why}`));
    }
    this.busy -= 1;
    this.draw();
    this.next();
  }

  halt() {
    this.queue.length = 0;
    this.control?.abort();
    this.control = null;
    this.draw();
  }

  draw() {
    const going = this.busy > 0 || this.queue.length > 0;
    this.bar.max = this.total;
    this.bar.value = this.done + this.failed;
    this.stop.hidden = !going;
    const failed = this.failed ? `, ${this.failed} not taken` : "";
    say(this.words, going ? `Adding ${this.done + this.failed} of ${this.total}${failed}`
      : `${plural(this.done, "file")} added${failed}`);
    if (!going) {
      announce(this.words.textContent);
      this.control = null;
      if (!this.failed) setTimeout(() => { this.node.hidden = this.busy === 0; }, 3000);
    }
  }
}

/** Returns the files of what was dropped, those of folders with their path. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ name: file.name, path: entry.fullPath.replace(/^\/+/, ""), file });
    return;
  }
  const reader = entry.createReader();
  // A reader gives a folder in parts, and nothing at its end.
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return;
    for (const one of part) await walk(one, found);
  }
}
