// The keys, once: what they do and what the help says of them.

import { keysOn } from "./theme.js";

export const WALL_KEYS = [
  ["Arrow keys", "go from picture to picture"],
  ["Home | End", "first and last picture"],
  ["Enter", "open the picture"],
  ["/", "search by name"],
  ["Shift P", "publish"],
];

export const PICTURE_KEYS = [
  ["Enter | N | Page Down | →", "next picture"],
  ["P | Page Up | ←", "picture before"],
  ["↓ | ↑ | . | ,", "next face, face before"],
  ["H", "hide; accepts a suggestion"],
  ["K", "keep visible, with a consent or a ground"],
  ["Shift K", "keep with the same ground as last time"],
  ["A", "ask: leave it open, hidden until decided"],
  ["C | Shift C", "confirm what a neighbour proposes, confirm all"],
  ["B | E", "draw a box, an ellipse: drag, or Enter to place it"],
  ["Shift and drag", "draw an ellipse at once"],
  ["M", "move with the arrow keys, resize with Shift"],
  ["Delete", "remove a region that was drawn"],
  ["Ctrl Z | Ctrl Shift Z", "undo, redo"],
  ["+ | − | 0 | 1 | Z", "closer, wider, all, pixel for pixel, the chosen face"],
  ["Arrow keys, closely", "move the picture"],
  ["R, held", "see the result; Shift R keeps it in sight"],
  ["D", "copy decisions to the neighbours of a burst"],
  ["Shift P", "publish"],
  ["Escape", "let go, then back to the wall"],
];

const MODIFIERS = ["Control", "Shift", "Alt", "Meta"];

/** Returns the name of a key press, like "Shift+K" or "Ctrl+z"; "" for one that is not ours. */
export function press(event) {
  if (MODIFIERS.includes(event.key) || event.altKey || event.isComposing) return "";
  const control = event.ctrlKey || event.metaKey;
  const single = event.key.length === 1;
  if (single && !control && !keysOn()) return "";
  const key = single ? event.key.toLowerCase() : event.key;
  const letter = single && key !== key.toUpperCase();
  const shift = event.shiftKey && (letter || !single) ? "Shift+" : "";
  return `${control ? "Ctrl+" : ""}${shift}${key}`;
}

/** Whether a key press belongs to what has the focus, or to a dialog. */
export function typing(event) {
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable]")) return true;
  const input = target.closest("input");
  return Boolean(input) && !["checkbox", "radio", "button"].includes(input.type);
}

/** Whether Enter and Space belong to what has the focus. */
export function pressable(event) {
  return event.target instanceof Element
    && Boolean(event.target.closest("button, a, input, summary, select, textarea"));
}
