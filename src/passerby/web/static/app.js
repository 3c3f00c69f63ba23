// The page: one folder, a wall and a room, and what joins them.

import { el, iconButton } from "./core/dom.js";
import { Desk } from "./core/desk.js";
import { Events, unreachable } from "./core/events.js";
import { Folder } from "./core/folder.js";
import { press, typing } from "./core/keys.js";
import { complain, note } from "./core/live.js";
import { applyTheme, toggleTheme } from "./core/theme.js";
import { plural } from "./core/words.js";
import { Conflicts } from "./dialogs/conflict.js";
import { Copying } from "./dialogs/copying.js";
import { Help } from "./dialogs/help.js";
import { Keeping } from "./dialogs/keeping.js";
import { Publishing } from "./dialogs/publishing.js";
import { Room } from "./picture/room.js";
import { Uploads } from "./wall/uploads.js";
import { addButtons, Wall } from "./wall/wall.js";

applyTheme();

const folder = new Folder();
const desk = new Desk(folder);
const uploads = new Uploads();
const help = new Help();
const conflicts = new Conflicts(folder);
const dialogs = {
  keeping: new Keeping(folder),
  copying: new Copying(folder, desk),
  elsewhere: (name, count) => note(`${name}: ${plural(count, "face")} changed in another tab.`),
};
const room = new Room(folder, desk, dialogs, () => { location.hash = ""; });
const publishing = new Publishing(folder, desk, () => room.id);
const extras = el("span", { class: "extras" }, iconButton("help", "Keys", () => help.open()),
  iconButton("theme", "Light or dark", toggleTheme));
const wall = new Wall(folder, { openPublish: () => publishing.open(), add: addButtons((files) => uploads.take(files)), extras });
room.tools.more(() => publishing.open(), () => help.open());
desk.asking = (conflict) => conflicts.ask(conflict);

let last = null;

/** Shows what the address says: a picture, or the wall. */
function route() {
  const [, id] = location.hash.match(/^#picture\/(.+)$/) ?? [];
  const picture = id && decodeURIComponent(id);
  if (picture && folder.rows.has(picture)) enter(picture);
  else {
    room.close();
    document.body.dataset.at = "wall";
    wall.open(last);
    last = null;
  }
}

function enter(id) {
  const from = document.body.dataset.at;
  document.body.dataset.at = "picture";
  wall.node.hidden = true;
  const order = room.id && room.order.includes(id) ? null : wall.shown.includes(id) ? [...wall.shown] : [...folder.rows.keys()];
  last = id;
  room.open(id, order);
  if (from !== "picture") room.stage.node.focus({ preventScroll: true });
}

/** Hears what the server and other tabs do. */
function heard(event) {
  if (event.kind === "publish") {
    publishing.heard(event);
    wall.recount();
  } else if (event.kind === "preview") room.result.heard(event);
  else if (event.kind === "reload" || event.kind === "listed") reload();
  else if (event.id && (folder.take(event) || desk.known.has(event.id))) desk.heard(event);
}

let loading = null;

/** Loads the folder anew, once at a time. */
function reload() {
  loading ??= folder.load().then(() => { for (const row of folder.rows.values()) desk.heard(row); }, unreachable)
    .finally(() => { loading = null; });
}

function keys(event) {
  if (typing(event) || event.defaultPrevented) return;
  const key = press(event);
  if (key === "?") help.open();
  else if (key === "Shift+p") publishing.open();
  else return;
  event.preventDefault();
}

async function begin() {
  const main = document.getElementById("main");
  try {
    await folder.load();
  } catch (error) {
    unreachable(error);
    if (error.status) complain(error);
    main.replaceChildren(el("p", { class: "loading", text: "The folder could not be opened." }));
    return;
  }
  main.replaceChildren(wall.node, room.node);
  document.body.append(uploads.zone, uploads.node);
  addEventListener("hashchange", route);
  document.addEventListener("keydown", keys);
  route();
  new Events(heard);
  performance.mark("ready");
}

begin();
