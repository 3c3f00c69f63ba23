// Why a face stays visible: a consent on record, or a ground in words.

import { button, el } from "../core/dom.js";
import { get, send } from "../core/api.js";
import { complain } from "../core/live.js";
import { COMMON_GROUNDS } from "../core/words.js";
import { Dialog } from "./dialog.js";
import { Recording } from "./recording.js";

const MOST_GROUNDS = 6;

export class Keeping {
  constructor(folder) {
    this.folder = folder;
    this.recording = new Recording((row) => this.recorded(row));
    this.stated = [];
    this.last = null;
    this.dialog = new Dialog("Keep this face visible");
    this.build();
  }

  build() {
    this.own = el("input", { type: "text", id: "own-ground", maxlength: "500", autocomplete: "off",
      placeholder: "Another ground, in a few words", "aria-label": "Another ground, in a few words",
      on: { input: () => this.own.value && this.mark(null) } });
    this.grounds = el("fieldset", { class: "grounds" });
    this.consents = el("fieldset", { class: "grounds" });
    this.problem = el("p", { class: "problem", role: "alert" });
    this.form = el("form", { method: "dialog", id: "keep-form", on: { submit: (event) => this.submit(event) } },
      this.consents, this.grounds, this.own, this.problem);
    this.dialog.body.append(this.form);
    this.dialog.foot.append(button("Cancel", () => this.dialog.close()),
      el("button", { type: "submit", form: "keep-form", class: "button primary", text: "Keep visible" }));
    this.dialog.closed = () => this.resolve?.(null);
  }

  /** Returns {reason, consent} for a face, null if the person thinks better of it. */
  ask(face, number, picture) {
    this.picture = picture;
    this.dialog.title.textContent = `Keep face ${number} visible`;
    this.own.value = "";
    this.problem.textContent = "";
    this.drawGrounds(face);
    this.drawConsents(face.consent);
    const chosen = this.form.querySelector("input[type=radio]:checked");
    this.dialog.show(chosen ?? this.form.querySelector("input[type=radio]"));
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  /** The last grounds first, then the common ones. */
  list() {
    return [...new Set([...this.stated, ...this.folder.grounds, ...COMMON_GROUNDS])].slice(0, MOST_GROUNDS);
  }

  drawGrounds(face) {
    const preferred = face.action === "keep" ? face.reason : this.last?.reason;
    const names = !preferred || this.list().includes(preferred) ? this.list() : [preferred, ...this.list()];
    this.grounds.replaceChildren(el("legend", { text: "A stated ground. The report shows it." }),
      ...names.map((name) => radio("ground", name, name, name === preferred)));
  }

  /** A consent is one person's: none is chosen beforehand but that of this very face. */
  async drawConsents(chosen = null) {
    this.consents.hidden = this.folder.consents.state === "none";
    this.consents.replaceChildren(el("legend", { text: "A consent on record" }));
    if (this.consents.hidden) return;
    try {
      const { state, consents } = await get(`api/consents?picture=${encodeURIComponent(this.picture)}`);
      this.showConsents(state, consents.filter((one) => !one.problem), chosen);
    } catch (error) {
      complain(error);
    }
  }

  showConsents(state, consents, chosen) {
    const parts = consents.map((one) => radio("consent", one.id, one.label, one.id === chosen,
      [one.scope, one.ends ? `until ${one.ends}` : ""].filter(Boolean).join(", ")));
    if (state === "locked") parts.push(this.lock());
    else if (!consents.length) parts.push(el("p", { class: "soft", text: "None on record allows this picture." }));
    if (state === "open") parts.push(button("Record a consent…", () => this.recording.open(this.picture), { class: "link" }));
    this.consents.replaceChildren(el("legend", { text: "A consent on record" }), ...parts);
    const picked = this.consents.querySelector("input[type=radio]:checked");
    if (picked) this.mark(picked);
  }

  /** A consent was recorded: it is what the face is to be kept by. */
  recorded(row) {
    this.own.value = "";
    this.drawConsents(row.id);
  }

  lock() {
    const word = el("input", { type: "password", id: "passphrase", autocomplete: "off", placeholder: "Passphrase of the register",
      "aria-label": "Passphrase of the register" });
    const unlock = async () => {
      this.problem.textContent = "";
      try {
        await send("POST", "api/consents/unlock", { passphrase: word.value });
        await this.drawConsents();
        this.consents.querySelector("input, button")?.focus();
      } catch (error) {
        this.problem.textContent = [error.message, error.advice].filter(Boolean).join(". ");
      }
      word.value = "";
    };
    word.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      unlock();
    });
    return el("div", { class: "inline-row" }, word, button("Unlock", unlock));
  }

  /** Clears all choices but one. */
  mark(input) {
    for (const one of this.form.querySelectorAll("input[type=radio]")) one.checked = one === input;
  }

  submit(event) {
    event.preventDefault();
    const own = this.own.value.trim();
    const picked = this.form.querySelector("input[type=radio]:checked");
    if (!own && !picked) {
      this.problem.textContent = "Choose a consent or a ground, or write one.";
      return;
    }
    const consent = !own && picked.name === "consent" ? picked.value : null;
    const reason = own || (consent ? "" : picked.value);
    if (reason) this.stated = [reason, ...this.stated.filter((one) => one !== reason)];
    const chosen = { reason, consent };
    // A ground can be repeated by a key. A consent is one person's: it is chosen for each face.
    this.last = consent ? null : chosen;
    this.resolve?.(chosen);
    this.resolve = null;
    this.dialog.close();
  }
}

function radio(kind, value, label, checked, detail = "") {
  const input = el("input", { type: "radio", name: kind, value, checked });
  // Grounds and consents are one choice, in two groups.
  input.addEventListener("change", () => {
    for (const one of input.form.querySelectorAll("input[type=radio]")) one.checked = one === input;
    input.form.querySelector("input[type=text]").value = "";
  });
  return el("label", { class: "check" }, input, el("span", {}, el("span", { text: label }),
    detail ? el("span", { class: "value", text: detail }) : null));
}
