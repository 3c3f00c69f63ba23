// The pictures in hand: what the server knows of each, and what a person did since. A change
// shows at once, is sent in order, and is lost in no case: after a conflict it is sent again on
// top of what the other tab did, or the person is asked.

import { about, applyAll, differing, newcomer } from "./change.js";
import { api, get, send, Refusal, Silence } from "./api.js";
import { mark } from "./dom.js";
import { unreachable } from "./events.js";
import { banner, complain } from "./live.js";

const AGAIN = 1500;

export class Desk extends EventTarget {
  constructor(folder) {
    super();
    this.folder = folder;
    this.known = new Map();
    this.intents = new Map();
    this.names = new Map();
    this.sending = new Set();
    this.asking = null;
    this.temporary = 0;
    addEventListener("beforeunload", (event) => {
      if (this.unsaved) event.preventDefault();
    });
  }

  /** How many changes the server has not confirmed. */
  get unsaved() {
    return [...this.intents.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** Waits until the server has confirmed every change. */
  async settled() {
    while (this.unsaved) await new Promise((go) => this.addEventListener("picture", go, { once: true }));
  }

  /** Returns the picture as the person sees it, undefined if it was never loaded. */
  picture(id) {
    const known = this.known.get(id);
    if (!known) return undefined;
    return applyAll(known, (this.intents.get(id) ?? []).flatMap((intent) => intent.do ?? []));
  }

  /** Loads a picture if it is not known. Raises Refusal and Silence. */
  async load(id, { again = false } = {}) {
    if (again || !this.known.has(id)) this.learn(await get(api(id)));
    return this.picture(id);
  }

  /** Takes the server's state of a picture. */
  learn(picture) {
    const known = this.known.get(picture.id);
    if (known && known.version > picture.version) return;
    this.known.set(picture.id, picture);
    this.folder.takePicture(picture);
    this.tell(picture.id);
  }

  /** Another tab, or the server, changed a picture: loads it if it is in hand. */
  async heard(row) {
    const known = this.known.get(row.id);
    if (!known || this.sending.has(row.id)) return;
    if (row.revision !== undefined && row.revision <= known.revision) return;
    try {
      const now = await get(api(row.id));
      const was = this.known.get(row.id);
      if (now.version > was.version && !this.sending.has(row.id)) this.told(was, now);
      this.learn(now);
    } catch (error) {
      if (!(error instanceof Silence)) complain(error);
    }
  }

  /** What the detectors find is no news from another tab. */
  told(was, now) {
    if (was.detected === false) return;
    const changed = differing(was, now);
    if (changed.size) this.dispatchEvent(new CustomEvent("elsewhere", { detail: { id: now.id, changed } }));
  }

  /** Makes changes; they show at once. Returns the id that a drawn face has for now. */
  change(id, changes) {
    const named = changes.map((change) => (change.kind === "add"
      ? { ...change, temporary: `new-${++this.temporary}` } : change));
    this.intend(id, { do: named });
    return named.find((change) => change.temporary)?.temporary ?? null;
  }

  /** Undoes or redoes a step, or signs off. */
  step(id, what, body = {}) {
    this.intend(id, { what, body });
  }

  intend(id, intent) {
    this.intents.set(id, [...(this.intents.get(id) ?? []), intent]);
    this.tell(id);
    this.work(id);
  }

  /** Returns the server's name of a face, also of one that was drawn here. */
  name(face) {
    return this.names.get(face) ?? face;
  }

  async work(id) {
    if (this.sending.has(id)) return;
    this.sending.add(id);
    try {
      while (this.intents.get(id)?.length) await this.sendFirst(id);
    } finally {
      this.sending.delete(id);
    }
  }

  async sendFirst(id) {
    const [intent] = this.intents.get(id);
    const was = this.known.get(id);
    if (!(await this.stillMeant(id, intent, was))) {
      this.drop(id);
      this.tell(id);
      return;
    }
    try {
      const now = await this.post(id, intent, was.version);
      this.named(intent, was, now);
      this.done(id, now);
    } catch (error) {
      await this.refused(id, intent, was, error);
    }
  }

  post(id, intent, base) {
    if (intent.what) return send("POST", api(id, `/${intent.what}`), { ...intent.body, base });
    const changes = intent.do.map(({ temporary, ...change }) => (change.face
      ? { ...change, face: this.name(change.face) } : change));
    return send("POST", api(id, "/changes"), { base, do: changes });
  }

  named(intent, was, now) {
    for (const change of intent.do ?? []) {
      if (change.kind !== "add") continue;
      const name = newcomer(was, now, change.box);
      if (name === null) continue;
      this.names.set(change.temporary, name);
      this.dispatchEvent(new CustomEvent("named", { detail: { from: change.temporary, to: name } }));
    }
    const renamed = (change) => (change.face ? { ...change, face: this.name(change.face) } : change);
    const list = this.intents.get(now.id);
    this.intents.set(now.id, list.map((one) => (one.do ? { ...one, do: one.do.map(renamed) } : one)));
  }

  done(id, now) {
    banner("");
    this.drop(id);
    this.known.set(id, now);
    this.folder.takePicture(now);
    this.tell(id);
  }

  drop(id) {
    this.intents.set(id, this.intents.get(id).slice(1));
  }

  async refused(id, intent, was, error) {
    if (error instanceof Refusal && error.status === 409 && error.current) {
      await this.conflict(id, intent, was, error.current);
    } else if (error instanceof Silence || error.status === 401 || error.status >= 500) {
      unreachable(error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    } else {
      this.drop(id);
      this.tell(id);
      complain(error);
      this.learn(await get(api(id)).catch(() => this.known.get(id)));
    }
  }

  /** Somebody else was first. What touches other faces is sent again; else the person says. All
   * that waits behind it was meant for the old state as well. */
  async conflict(id, intent, was, now) {
    this.known.set(id, now);
    this.folder.takePicture(now);
    const news = { changed: differing(was, now),
      fields: String(was.keep_fields) !== String(now.keep_fields) };
    for (const one of this.intents.get(id)) one.news = joined(one.news, news);
    if (!doubt(intent, news).doubtful) this.told(was, now);
    this.tell(id);
  }

  /** Asks the person where another tab changed what a change speaks of. */
  async stillMeant(id, intent, now) {
    if (!intent.news) return true;
    const { touched, doubtful } = doubt(intent, intent.news);
    if (doubtful && !(await this.ask(id, intent, now, touched))) return false;
    intent.news = null;
    return true;
  }

  ask(id, intent, now, touched) {
    return this.asking ? this.asking({ id, intent, now, touched }) : Promise.resolve(false);
  }

  tell(id) {
    mark(document.documentElement, "data-unsaved", this.unsaved || null);
    this.dispatchEvent(new CustomEvent("picture", { detail: { id } }));
  }
}

/** Returns the faces of a change that another tab changed too, and whether the person has to say
 * which of them holds. */
function doubt(intent, { changed, fields }) {
  const touched = (intent.do ?? []).map(about).filter((face) => face && changed.has(face));
  const doubtful = intent.what ? intent.what === "signoff" || changed.size > 0 || fields
    : touched.length > 0 || (fields && intent.do.some(({ kind }) => kind === "fields"));
  return { touched, doubtful };
}

function joined(one, other) {
  if (!one) return other;
  return { changed: new Set([...one.changed, ...other.changed]), fields: one.fields || other.fields };
}
