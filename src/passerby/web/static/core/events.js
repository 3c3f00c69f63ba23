// What other tabs and the server do: a stream of events while the tab is seen, polling when the
// server has no stream to spare.

import { get } from "./api.js";
import { banner } from "./live.js";

const POLL = 5000;
const GONE = 4000;

export class Events {
  /** `heard` is called with each event. */
  constructor(heard) {
    this.heard = heard;
    this.stream = null;
    this.poll = 0;
    this.gone = 0;
    this.first = true;
    document.addEventListener("visibilitychange", () => this.follow());
    this.follow();
  }

  follow() {
    if (document.hidden) this.close();
    else this.open();
  }

  close() {
    this.stream?.close();
    this.stream = null;
    clearInterval(this.poll);
    this.poll = 0;
  }

  open() {
    if (this.stream) return;
    this.stream = new EventSource("api/events");
    this.stream.addEventListener("message", (message) => this.read(message.data));
    this.stream.addEventListener("open", () => this.back());
    this.stream.addEventListener("error", () => this.lost());
  }

  read(data) {
    const event = JSON.parse(data);
    if (event.kind !== "hello") this.heard(event);
    // Between two streams anything can have happened.
    else if (!this.first) this.heard({ kind: "reload" });
    this.first = false;
  }

  back() {
    clearTimeout(this.gone);
    this.gone = 0;
    clearInterval(this.poll);
    this.poll = 0;
    banner("");
  }

  /** The browser opens a broken stream again by itself, but not one that was refused. */
  lost() {
    if (this.stream?.readyState === EventSource.CLOSED) {
      this.stream = null;
      if (!this.poll && !document.hidden) this.poll = setInterval(() => this.ask(), POLL);
    }
    if (!this.gone) this.gone = setTimeout(() => this.ask(), GONE);
  }

  async ask() {
    this.gone = 0;
    try {
      await get("api/session");
      banner("");
      this.heard({ kind: "reload" });
      if (!this.stream) this.open();
    } catch (error) {
      unreachable(error);
      if (!this.poll) this.poll = setInterval(() => this.ask(), POLL);
    }
  }
}

/** Says that the server is away, or that it does not know this browser any more. */
export function unreachable(error) {
  if (error.status === 401) {
    banner("This page has ended.", "Open the link that passerby review prints.");
  } else if (error.status === undefined) {
    banner("Passerby does not answer.",
      "Everything that was saved is on disk. Run passerby review again with the same folder to go on.");
  }
}
