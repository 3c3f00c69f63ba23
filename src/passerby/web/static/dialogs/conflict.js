// Two tabs decided on one face: the person says which holds.

import { button, el } from "../core/dom.js";
import { ACTION_WORDS, decided, FIELD_NAMES } from "../core/words.js";
import { Dialog } from "./dialog.js";

export class Conflicts {
  constructor(folder) {
    this.folder = folder;
    this.dialog = new Dialog("This was decided elsewhere");
    this.list = el("dl", { class: "versions" });
    this.lead = el("p", {});
    this.dialog.body.append(this.lead, this.list);
    this.theirs = button("Leave theirs", () => this.end(false));
    this.mine = button("Take mine", () => this.end(true), { class: "button primary" });
    this.dialog.foot.append(this.theirs, this.mine);
    // The event of a dialog that was closed comes later, when the next one may be open.
    this.dialog.closed = () => this.dialog.node.open || this.end(false);
    this.before = Promise.resolve();
  }

  /** Returns whether the person's own change is to be made on top of the other's. Two pictures
   * can be asked about at once: one after the other. */
  ask(conflict) {
    this.before = this.before.then(() => this.put(conflict));
    return this.before;
  }

  put({ id, intent, now, touched }) {
    const name = this.folder.rows.get(id)?.name ?? "This picture";
    this.lead.textContent = intent.what
      ? `${name} was changed in another tab just now. ${WHAT[intent.what]} anyway?`
      : `In another tab, somebody decided on the same ${touched.length ? "face" : "fields"} of ${name} just now.`;
    this.list.replaceChildren(...touched.flatMap((face) => this.versions(face, intent, now)),
      ...fields(intent, now));
    this.dialog.show(this.theirs);
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  versions(id, intent, now) {
    const at = now.faces.findIndex((face) => face.id === id);
    const mine = intent.do.find((change) => change.face === id);
    const theirs = at < 0 ? "removed" : decided(now.faces[at]);
    return [el("dt", { text: at < 0 ? "Face" : `Face ${at + 1}, theirs` }), el("dd", { text: theirs }),
      el("dt", { text: "Yours" }), el("dd", { text: words(mine) })];
  }

  end(mine) {
    const { resolve } = this;
    this.resolve = null;
    this.dialog.close();
    resolve?.(mine);
  }
}

/** Both choices of the fields that the copy carries, if that is what was decided. */
function fields(intent, now) {
  const mine = intent.do?.find(({ kind }) => kind === "fields");
  if (!mine) return [];
  const names = (list) => list.map((name) => FIELD_NAMES[name] ?? name).join(", ") || "none";
  return [el("dt", { text: "Fields, theirs" }), el("dd", { text: names(now.keep_fields) }),
    el("dt", { text: "Yours" }), el("dd", { text: names(mine.fields) })];
}

const WHAT = { undo: "Undo", redo: "Redo", signoff: "Sign off" };

function words(change) {
  if (change.kind === "reshape") return "moved or resized";
  if (change.kind === "remove") return "removed";
  const why = change.consent ? "consent on record" : change.reason;
  return `${ACTION_WORDS[change.action] ?? change.kind}${why ? `: ${why}` : ""}`;
}
