// Recording a consent: what a person agreed to, and the file that shows it.

import { button, el } from "../core/dom.js";
import { send, upload } from "../core/api.js";
import { Dialog } from "./dialog.js";

export class Recording {
  /** `recorded` is called with the row of a new consent. */
  constructor(recorded) {
    this.recorded = recorded;
    this.dialog = new Dialog("Record a consent");
    const text = (name, label, options = {}) => field(label, el("input", { type: "text", name, maxlength: "500",
      autocomplete: "off", ...options }));
    this.problem = el("p", { class: "problem", role: "alert" });
    this.form = el("form", { id: "record-form", class: "record", on: { submit: (event) => this.submit(event) } },
      text("purpose", "Purpose, for instance: portrait in the March issue", { required: true }),
      field("The signed form, as a file", el("input", { type: "file", name: "file", required: true })),
      el("fieldset", { class: "grounds" }, el("legend", { text: "It holds for" }),
        el("label", { class: "check" }, el("input", { type: "checkbox", name: "this", checked: true }), el("span", { text: "this picture" })),
        text("events", "Events, with commas between"), text("outlets", "Outlets, with commas between")),
      text("contact", "How to reach the person. It is kept apart, and can be erased alone.", { required: true }),
      el("div", { class: "dates" }, text("start", "From", { type: "date", required: true }), text("end", "Until, if it ends", { type: "date" }),
        text("keep_until", "Keep the form until", { type: "date", required: true })),
      this.problem);
    this.dialog.body.append(this.form);
    this.save = el("button", { type: "submit", form: "record-form", class: "button primary", text: "Record" });
    this.dialog.foot.append(button("Cancel", () => this.dialog.close()), this.save);
  }

  /** Opens the form for a picture. */
  open(picture) {
    this.picture = picture;
    this.form.reset();
    this.problem.textContent = "";
    this.form.elements.start.value = today();
    this.dialog.show(this.form.elements.purpose);
  }

  async submit(event) {
    event.preventDefault();
    const { elements } = this.form;
    const [file] = elements.file.files;
    this.problem.textContent = "";
    this.save.disabled = true;
    try {
      const { evidence } = await upload(`api/consents/evidence?name=${encodeURIComponent(file.name)}`, file);
      const row = await send("POST", "api/consents", { picture: elements.this.checked ? this.picture : null,
        events: list(elements.events.value), outlets: list(elements.outlets.value), purpose: elements.purpose.value.trim(),
        contact: elements.contact.value.trim(), start: elements.start.value, end: elements.end.value || null,
        keep_until: elements.keep_until.value, evidence });
      this.dialog.close();
      this.form.reset();
      this.recorded(row);
    } catch (error) {
      this.problem.textContent = [error.message, error.advice].filter(Boolean).join(". ");
      this.problem.scrollIntoView({ block: "nearest" });
    } finally {
      this.save.disabled = false;
    }
  }
}

function field(label, input) {
  return el("label", { class: "field" }, el("span", { text: label }), input);
}

function list(text) {
  return text.split(",").map((one) => one.trim()).filter(Boolean);
}

function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
