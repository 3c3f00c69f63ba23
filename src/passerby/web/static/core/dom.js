// Building elements. Text is always inserted as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** Returns an element. Attributes: `class`, `text`, `on` (listeners), `data`, properties of
 * booleans, and any other by name; null and false leave one out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Returns an element of SVG, in the same way. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key === "on") listen(node, value);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function listen(node, listeners) {
  for (const [kind, listener] of Object.entries(listeners)) node.addEventListener(kind, listener);
}

/** Returns one of the icons of index.html. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("use", { href: `#i-${name}` }));
}

/** Returns a button with an icon, and its name for those who do not see it. */
export function iconButton(name, label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "tool", "aria-label": label, title: label,
    on: { click: onclick }, ...attributes }, icon(name));
}

/** Returns a button with words. */
export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "button", on: { click: onclick }, ...attributes },
    label);
}

/** Sets the text of a node, and touches the page only if it differs. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets or removes an attribute, and touches the page only if it differs. */
export function mark(node, name, value) {
  if (value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** Returns a function that calls another when it was not called for so many milliseconds. */
export function later(milliseconds, call) {
  let timer = 0;
  const wait = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
  wait.cancel = () => clearTimeout(timer);
  return wait;
}
