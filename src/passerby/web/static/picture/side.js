// What stands beside the picture besides its faces: its state, fields, burst, sign-off.

import { button, el, icon, mark, say } from "../core/dom.js";
import { api, get } from "../core/api.js";
import { complain } from "../core/live.js";
import { FIELD_NAMES, moment, plural, STATE_NAMES } from "../core/words.js";

/** Returns a badge of a state: words and a sign, not colour alone. */
export function badge(state) {
  return el("span", { class: `badge ${state}` }, icon(state), STATE_NAMES[state] ?? state);
}

export class Side {
  constructor(desk, room, { copy }) {
    this.desk = desk;
    this.room = room;
    this.status = el("section", { class: "panel status" });
    this.burst = el("section", { class: "panel", "aria-labelledby": "burst-title" });
    this.fields = el("fieldset", { class: "panel fields" });
    this.sign = el("section", { class: "panel", "aria-labelledby": "sign-title" });
    this.copy = copy;
    this.values = new Map();
    this.buildSign();
  }

  /** Shows what is known of a picture. */
  draw(picture, line) {
    this.drawStatus(picture, line);
    this.drawBurst(picture);
    this.drawFields(picture);
    this.drawSign(picture);
  }

  drawStatus(picture, line) {
    const lines = [line];
    if (picture.problem) lines.unshift(`${picture.problem.message} ${picture.problem.advice ?? ""}`.trim());
    if (picture.notice) lines.unshift(picture.notice);
    if (picture.output?.state === "stale") lines.push("The published copy is older than these decisions.");
    const size = picture.size ? `${picture.size[0]} × ${picture.size[1]} pixels` : "";
    const key = JSON.stringify([picture.id, picture.state, lines, size]);
    if (this.statusKey === key) return;
    this.statusKey = key;
    mark(this.status, "data-state", picture.state);
    this.status.replaceChildren(...lines.filter(Boolean).map((text) => el("p", { text })), el("p", { text: size }));
  }

  drawBurst(picture) {
    const count = picture.neighbours?.length ?? 0;
    this.burst.hidden = count === 0;
    const made = picture.faces.some((face) => face.by && face.by !== "passerby");
    const key = `${count} ${made}`;
    if (!count || this.burstKey === key) return;
    this.burstKey = key;
    this.burst.replaceChildren(el("h2", { id: "burst-title", text: "Burst" }),
      el("p", { text: `${plural(count, "picture")} beside this one ${count === 1 ? "was" : "were"} taken in the same moment.` }),
      button("Copy decisions…", () => this.copy(), { disabled: !made }),
      ...(made ? [] : [el("p", { class: "soft", text: "Decide on a face first." })]));
  }

  drawFields(picture) {
    const offered = picture.offered_fields ?? [];
    this.fields.hidden = offered.length === 0;
    const key = JSON.stringify([picture.id, offered, picture.keep_fields, this.values.get(picture.id) ?? null]);
    if (this.fieldsKey === key || !offered.length) return;
    this.fieldsKey = key;
    if (!this.values.has(picture.id)) this.load(picture.id);
    const held = document.activeElement?.dataset.field;
    this.fields.replaceChildren(el("legend", { text: "Keep in the file" }),
      ...offered.map((name) => this.field(picture, name)));
    if (held) this.fields.querySelector(`[data-field="${CSS.escape(held)}"]`)?.focus();
  }

  field(picture, name) {
    const kept = picture.keep_fields.includes(name);
    const box = el("input", { type: "checkbox", "data-field": name, checked: kept,
      on: { change: () => this.toggle(name, box.checked) } });
    const value = this.values.get(picture.id)?.[name] ?? "";
    return el("label", { class: "check" }, box,
      el("span", {}, el("span", { text: FIELD_NAMES[name] ?? name }), el("span", { class: "value", text: value })));
  }

  async load(id) {
    this.values.set(id, {});
    try {
      this.values.set(id, (await get(api(id, "/fields"))).fields);
      if (this.room.id === id) this.room.redraw();
    } catch (error) {
      complain(error);
    }
  }

  toggle(name, on) {
    const { picture } = this.room;
    const fields = picture.keep_fields.filter((one) => one !== name);
    this.desk.change(picture.id, [{ kind: "fields", fields: on ? [...fields, name] : fields }]);
  }

  buildSign() {
    this.signed = el("ul", { class: "signoffs" });
    this.name = el("input", { type: "text", id: "reviewer", autocomplete: "off", maxlength: "100",
      required: true });
    const form = el("form", { class: "inline", on: { submit: (event) => this.signOff(event) } },
      el("label", { for: "reviewer", text: "Second reviewer" }),
      el("div", { class: "inline-row" }, this.name, el("button", { type: "submit", class: "button", text: "Sign off" })));
    this.sign.append(el("h2", { id: "sign-title", text: "Sign-off" }), this.signed, form);
  }

  drawSign(picture) {
    const key = JSON.stringify(picture.signoffs);
    if (this.signKey === key) return;
    this.signKey = key;
    this.signed.hidden = !picture.signoffs.length;
    this.signed.replaceChildren(...picture.signoffs.map((one) => el("li", {},
      el("strong", { text: one.by }), ` agreed, ${moment(one.at)}`)));
  }

  signOff(event) {
    event.preventDefault();
    const by = this.name.value.trim();
    if (by) this.desk.step(this.room.id, "signoff", { by });
  }
}
