// Pixels in memory: the server forbids to store them. The last ones wanted come first, so that
// what is on the screen never waits for what was scrolled past.

import { pixels } from "./api.js";

export class Pixels {
  /** Keeps `most` pictures, and asks for `lanes` at a time. */
  constructor(most, lanes) {
    this.most = most;
    this.lanes = lanes;
    this.kept = new Map();
    this.waiting = [];
    this.busy = 0;
  }

  /** Returns the object URL of what is kept, undefined if it is not. */
  peek(path) {
    const url = this.kept.get(path);
    if (url !== undefined) {
      this.kept.delete(path);
      this.kept.set(path, url);
    }
    return url;
  }

  /** Returns a promise of an object URL, null while the server makes the pixels. `signal` gives
   * the place in the queue up. */
  want(path, signal) {
    const url = this.peek(path);
    if (url !== undefined) return Promise.resolve(url);
    return new Promise((resolve, reject) => {
      this.waiting.push({ path, signal, resolve, reject });
      // What is asked for at once is sorted by who asked last.
      queueMicrotask(() => this.next());
    });
  }

  next() {
    while (this.busy < this.lanes && this.waiting.length) {
      const wish = this.waiting.pop();
      if (wish.signal?.aborted) {
        wish.reject(new DOMException("not wanted any more", "AbortError"));
        continue;
      }
      this.busy += 1;
      this.fetch(wish).then(wish.resolve, wish.reject).finally(() => {
        this.busy -= 1;
        this.next();
      });
    }
  }

  async fetch({ path, signal }) {
    const kept = this.peek(path);
    if (kept !== undefined) return kept;
    const blob = await pixels(path, signal);
    if (blob === null) return null;
    const url = URL.createObjectURL(blob);
    this.kept.set(path, url);
    while (this.kept.size > this.most) this.drop(this.kept.keys().next().value);
    return url;
  }

  drop(path) {
    URL.revokeObjectURL(this.kept.get(path));
    this.kept.delete(path);
  }
}
