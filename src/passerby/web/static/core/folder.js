// The folder: the row of each picture, and what happens to it. Rows come from the server alone.

import { get } from "./api.js";

export class Folder extends EventTarget {
  constructor() {
    super();
    this.rows = new Map();
    this.name = "";
    this.output = "";
    this.consents = { state: "none" };
    this.publishing = null;
    this.grounds = [];
    this.reviewer = "";
  }

  /** Loads everything anew. Raises Refusal and Silence. */
  async load() {
    const session = await get("api/session");
    this.name = session.folder ?? "";
    this.output = session.output ?? "";
    this.consents = session.consents ?? { state: "none" };
    this.publishing = session.publishing ?? null;
    this.grounds = session.grounds ?? [];
    this.reviewer = session.reviewer ?? this.reviewer;
    this.rows = new Map(session.pictures.map((row) => [row.id, row]));
    this.tell("loaded");
    return this;
  }

  /** Takes what is new of a row. Returns whether anything of it was new. */
  take(row) {
    const known = this.rows.get(row.id);
    if (known && (row.revision ?? 0) < (known.revision ?? 0)) return false;
    this.rows.set(row.id, { ...known, ...row });
    this.tell("row", { id: row.id, added: !known });
    return true;
  }

  /** Derives the row of a picture from the picture, so that the wall need not wait. */
  takePicture(picture) {
    const count = (test) => picture.faces.filter(test).length;
    const faint = (face) => face.origin === "suggested" && face.action === "ask";
    this.take({
      id: picture.id,
      state: picture.state,
      version: picture.version,
      revision: picture.revision,
      hide: count((face) => face.action === "hide"),
      keep: count((face) => face.action === "keep"),
      ask: count((face) => face.action === "ask" && !faint(face)),
      suggested: count(faint),
    });
  }

  /** Tells listeners that something happened. */
  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** Returns how many pictures are in each state, and how many wait for detection. */
  tally() {
    const tally = { all: 0, waiting: 0 };
    for (const row of this.rows.values()) {
      tally.all += 1;
      tally[row.state] = (tally[row.state] ?? 0) + 1;
      if (row.detected === false && row.state !== "failed") tally.waiting += 1;
    }
    return tally;
  }
}

const LAST = 2;

/** Returns the ids of rows in an order: "certainty" (least certain first) or "name". */
export function ordered(rows, order) {
  const names = new Intl.Collator("en", { numeric: true });
  const rank = (row) => row.certainty ?? LAST;
  const byName = (a, b) => names.compare(a.name, b.name);
  const compare = order === "name" ? byName : (a, b) => rank(a) - rank(b) || byName(a, b);
  return [...rows].sort(compare).map((row) => row.id);
}
