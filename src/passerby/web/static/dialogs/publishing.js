// Publishing: what will be, how far it is, what came of each file.

import { button, el, icon, mark, say } from "../core/dom.js";
import { get, send } from "../core/api.js";
import { announce, complain } from "../core/live.js";
import { plural } from "../core/words.js";
import { Dialog } from "./dialog.js";

const FINE = ["published", "skipped"];
const OUTCOMES = { published: "Published and checked", skipped: "Was up to date", "needs-review": "Needs a look",
  needs_review: "Needs a look", refused: "Refused", failed: "Failed", planned: "Planned" };

const STARTING = { running: true, done: 0, total: 0, files: [] };

export class Publishing {
  constructor(folder, desk, current) {
    this.folder = folder;
    this.desk = desk;
    this.current = current;
    this.dialog = new Dialog("Publish", { wide: true });
    this.choices = el("fieldset", { class: "grounds" });
    this.warning = el("ul", { class: "warnings" });
    this.chosen = el("div", {}, this.choices, this.warning);
    this.words = el("p", { class: "publish-words" });
    this.bar = el("progress", { max: "1", value: "0", "aria-label": "Files published" });
    this.rows = el("ul", { class: "outcomes", "aria-label": "Files", tabindex: "0" });
    this.report = el("a", { class: "button", target: "_blank", rel: "noopener", text: "Open the report", hidden: true });
    this.going = el("div", { hidden: true }, this.words, this.bar, this.rows);
    this.start = button("Publish", () => this.begin(), { class: "button primary" });
    this.stop = button("Stop", () => this.halt());
    this.anew = button("Publish more", () => this.choose());
    this.dialog.body.append(this.chosen, this.going);
    this.dialog.foot.append(this.report, this.anew, this.stop, this.start);
    this.files = new Map();
  }

  /** Opens the dialog at what goes on, or at the choice. */
  open() {
    const now = this.folder.publishing;
    if (now?.running) this.follow(now);
    else this.choose();
    this.dialog.show();
  }

  choose() {
    this.chosen.hidden = false;
    this.going.hidden = true;
    this.show({ start: true, stop: false, anew: false });
    this.dialog.title.textContent = "Publish";
    this.linkReport();
    // Without a look by the detectors a picture is refused.
    this.waiting = [...this.folder.rows.values()].filter((row) => row.detected === false && !row.problem).length;
    const rows = [...this.folder.rows.values()].filter((row) => row.detected !== false);
    const open = rows.filter((row) => row.state !== "published");
    const decided = open.filter((row) => row.state === "decided");
    const { current } = this;
    const options = [
      ["decided", `Those that are decided: ${plural(decided.length, "picture")}`, decided],
      ["open", `All that are not published: ${plural(open.length, "picture")}`, open],
      ["all", `All, also those that are published already: ${plural(rows.length, "picture")}`, rows],
    ];
    const one = current() && rows.find((row) => row.id === current());
    if (one) options.unshift(["one", `This picture alone: ${one.name}`, [one]]);
    this.options = new Map(options.map(([name, , list]) => [name, list]));
    const first = options.find(([, , list]) => list.length)?.[0];
    this.choices.replaceChildren(el("legend", { class: "hidden-text", text: "Which pictures" }),
      ...options.map(([name, label, list]) => el("label", { class: "check" },
        el("input", { type: "radio", name: "which", value: name, checked: name === first, disabled: !list.length,
          on: { change: () => this.warn() } }), el("span", { text: label }))));
    this.warn();
  }

  get which() {
    const picked = this.choices.querySelector("input:checked")?.value;
    return this.options.get(picked) ?? [];
  }

  warn() {
    const rows = this.which;
    const asked = rows.reduce((sum, row) => sum + (row.ask ?? 0), 0);
    const unseen = rows.filter((row) => row.state === "unseen").length;
    const faint = rows.reduce((sum, row) => sum + (row.suggested ?? 0), 0);
    const lines = [
      asked ? `${plural(asked, "face")} to be decided: hidden.` : "",
      unseen ? `${plural(unseen, "picture")} that nobody looked at.` : "",
      faint ? `${plural(faint, "suggestion")} that nobody accepted: left visible.` : "",
      this.waiting ? `${plural(this.waiting, "picture")} that the detectors have not looked at yet: left out.` : "",
      "Each file is written, read back and checked before it gets its name.",
    ];
    this.warning.replaceChildren(...lines.filter(Boolean).map((text) => el("li", { text })));
    this.start.disabled = rows.length === 0;
    say(this.start, rows.length ? `Publish ${plural(rows.length, "picture")}` : "Publish");
  }

  async begin() {
    const pictures = this.which.map((row) => row.id);
    this.start.disabled = true;
    // What is not yet on the server's disk would not be in the copies.
    if (this.desk.unsaved) {
      say(this.start, "Saving");
      await this.desk.settled();
      if (!this.dialog.node.open || this.start.textContent !== "Saving") return;
    }
    try {
      // What begins is told to all tabs, this one among them.
      await send("POST", "api/publish", { pictures });
      this.clear();
      this.follow(this.folder.publishing?.running ? this.folder.publishing : STARTING);
      this.dialog.show(this.stop);
    } catch (error) {
      this.start.disabled = false;
      complain(error);
    }
  }

  async halt() {
    this.stop.disabled = true;
    await send("DELETE", "api/publish").catch(complain);
  }

  clear() {
    this.files.clear();
    this.rows.replaceChildren();
  }

  /** The server says how far it is. */
  heard(event) {
    const { kind, file, ...now } = event;
    const before = this.folder.publishing;
    const fresh = now.running && !before?.running;
    if (fresh) this.clear();
    const files = fresh ? [] : before?.files ?? [];
    const news = file && !files.some((one) => one.id === file.id) ? [file] : [];
    this.folder.publishing = { ...now, files: [...files, ...news] };
    this.follow(this.folder.publishing);
    if (before?.running && !now.running) this.ended(now);
  }

  follow(now) {
    this.chosen.hidden = true;
    this.going.hidden = false;
    this.dialog.title.textContent = now.running ? "Publishing" : "Published";
    this.show({ start: false, stop: now.running, anew: !now.running });
    this.stop.disabled = Boolean(now.stopping);
    mark(this.bar, "max", now.total || 1);
    this.bar.value = now.done;
    say(this.words, this.summary(now));
    for (const file of now.files ?? []) this.draw(file);
    if (!now.running) this.linkReport();
  }

  summary(now) {
    const files = now.files ?? [];
    const fine = files.filter((file) => FINE.includes(file.outcome)).length, bad = files.length - fine;
    if (now.running) {
      if (now.stopping) return "Stopping after the files in hand.";
      return now.total ? `${now.done} of ${now.total}` : "Beginning";
    }
    if (now.error) return `${now.error.message} ${now.error.advice ?? ""}`;
    const rest = now.total - now.done;
    const stopped = rest > 0 ? ` Stopped with ${rest} not begun.` : "";
    return `${plural(fine, "file")} published and checked${bad ? `, ${bad} not` : ""}.${stopped}`;
  }

  draw(file) {
    if (this.files.has(file.id)) return;
    const fine = FINE.includes(file.outcome);
    const name = this.folder.rows.get(file.id)?.name ?? file.name ?? "";
    const why = file.problem ? `${file.problem.message} ${file.problem.advice ?? ""}`
      : `${plural(file.masks ?? 0, "mask")}, ${plural(file.checks?.length ?? 0, "check")} passed`;
    const row = el("li", { class: fine ? "fine" : "bad" }, icon(fine ? "decided" : "failed"),
      el("span", { class: "name", text: name }), el("span", { text: OUTCOMES[file.outcome] ?? file.outcome }),
      el("span", { class: "soft", text: why.trim() }));
    this.files.set(file.id, row);
    // What went wrong stands on top.
    if (fine) this.rows.append(row);
    else this.rows.prepend(row);
  }

  ended(now) {
    announce(this.summary({ ...this.folder.publishing, ...now }));
    if (this.dialog.node.open && document.activeElement === document.body) this.dialog.title.focus();
  }

  async linkReport() {
    this.report.hidden = true;
    const there = this.folder.publishing || [...this.folder.rows.values()].some((row) => row.state === "published");
    if (!there) return;
    try {
      mark(this.report, "href", (await get("api/report")).href);
      this.report.hidden = false;
    } catch (error) {
      if (error.status !== 404) complain(error);
    }
  }

  show({ start, stop, anew }) {
    this.start.hidden = !start;
    this.stop.hidden = !stop;
    this.anew.hidden = !anew;
  }
}
