// The keys in a picture.

import { press, pressable, typing } from "../core/keys.js";

const PAN = 90;
const CLOSER = 1.35;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Does what a key is for, if the picture is in sight and nobody types. */
export function roomKeys(room, event) {
  if (room.node.hidden || typing(event) || event.defaultPrevented) return;
  const key = press(event);
  if (!key) return;
  if ((key === "Enter" || key === " ") && pressable(event)) return;
  if (room.actions.held ? heldKey(room, key) : arrow(room, key, event) || letter(room, key, event)) {
    event.preventDefault();
  }
}

/** While a region is held, only it is moved. */
function heldKey(room, key) {
  const name = key.replace("Shift+", "");
  if (ARROWS[name]) room.actions.nudge(...ARROWS[name], key.startsWith("Shift+"));
  else if (name === "Enter" || name === "Escape") room.actions.release(name === "Enter");
  else if (name === "Tab") room.actions.release(true);
  else return true;
  return name !== "Tab";
}

function arrow(room, key, event) {
  const way = ARROWS[key];
  if (!way) return false;
  const { view } = room;
  // Beside the picture, arrow keys scroll what has the focus.
  if (event.target.closest?.("[type=range]")) return false;
  if (!view.fitted) view.pan(-way[0] * PAN, -way[1] * PAN);
  else if (way[0]) room.go(way[0]);
  else room.chooseStep(way[1]);
  return true;
}

function letter(room, key, event) {
  const { actions, view, tools } = room;
  const face = (act) => () => {
    // With nothing chosen a key chooses what is open first, and does nothing else.
    if (actions.chosen) act();
    else chooseOpen(room);
  };
  const keys = {
    n: () => room.go(1), PageDown: () => room.go(1), Enter: () => (room.stage.tool ? place(room) : room.go(1)),
    p: () => room.go(-1), PageUp: () => room.go(-1),
    ".": () => room.chooseStep(1), ",": () => room.chooseStep(-1),
    h: face(() => decide(room, () => actions.hide())),
    k: face(() => decide(room, () => actions.keep())),
    "Shift+k": face(() => decide(room, () => actions.keep(actions.chosen, { last: true }))),
    a: face(() => actions.ask()),
    c: face(() => decide(room, () => actions.confirm())),
    "Shift+c": () => actions.confirmAll(),
    Delete: face(() => actions.remove()), Backspace: face(() => actions.remove()),
    m: face(() => actions.hold()),
    b: () => tools.toggle("box"), e: () => tools.toggle("ellipse"),
    "Ctrl+z": () => actions.step("undo"), "Ctrl+Shift+z": () => actions.step("redo"),
    "Ctrl+y": () => actions.step("redo"),
    "+": () => view.zoom(CLOSER), "=": () => view.zoom(CLOSER), "-": () => view.zoom(1 / CLOSER),
    0: () => view.fit(), 1: () => view.actual(),
    z: face(() => view.show(room.faces.find((one) => one.id === room.chosen).box)),
    r: () => event.repeat || room.result.hold(true), "Shift+r": () => room.result.lock(),
    d: () => room.copy(),
    Escape: () => escape(room),
  };
  const call = Object.hasOwn(keys, key) ? keys[key] : null;
  if (!call) return false;
  call();
  return true;
}

function place(room) {
  const shape = room.stage.tool;
  room.tools.set(null);
  room.actions.drawHere(shape);
}

function chooseOpen(room) {
  const { faces } = room;
  const open = faces.find((face) => face.proposal) ?? faces.find((face) => face.action === "ask") ?? faces[0];
  if (open) room.choose(open.id, { reveal: true });
}

/** Decides on the chosen face, and goes on to the next that is open, if it was. */
async function decide(room, act) {
  const face = room.actions.chosen;
  const open = (one) => one.action === "ask" && one.origin !== "suggested";
  const was = open(face), { id } = room;
  await act();
  const next = was && room.id === id && room.faces.find(open);
  if (next && !open(room.faces.find((one) => one.id === room.chosen) ?? {})) room.choose(next.id, { reveal: true });
}

function escape(room) {
  if (room.stage.tool) room.tools.set(null);
  else if (room.result.locked) room.result.lock();
  else if (room.chosen) room.choose(null);
  else room.leave();
}
