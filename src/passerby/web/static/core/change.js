// What a change makes of a picture, before the server has said so. Pure.

/** Returns the picture after a change. Faces that it does not know are left alone. */
export function apply(picture, change) {
  switch (change.kind) {
    case "add":
      return { ...picture, faces: [...picture.faces, drawn(change)] };
    case "reshape":
      return withFace(picture, change.face, (face) => ({ ...face, shape: change.shape,
        box: change.box }));
    case "decide":
      return withFace(picture, change.face, (face) => ({ ...face, action: change.action,
        reason: change.reason ?? "", consent: change.consent ?? null, proposal: null,
        by: face.by ?? "you" }));
    case "remove":
      return { ...picture, faces: picture.faces.filter((face) => face.id !== change.face) };
    case "fields":
      return { ...picture, keep_fields: change.fields };
    default:
      return picture;
  }
}

/** Returns the picture after all of them. */
export function applyAll(picture, changes) {
  return changes.reduce(apply, picture);
}

function drawn(change) {
  return { id: change.temporary, shape: change.shape, box: change.box, frame: change.frame ?? null,
    action: "hide", score: 1, origin: "drawn", reason: "", consent: null, by: "you", at: null };
}

function withFace(picture, id, changed) {
  return { ...picture, faces: picture.faces.map((face) => (face.id === id ? changed(face) : face)) };
}

/** Returns the id of the face that one state has and another had not, in this place. */
export function newcomer(before, after, box) {
  const known = new Set(before.faces.map((face) => face.id));
  const fresh = after.faces.filter((face) => !known.has(face.id));
  const same = fresh.find((face) => face.box.every((value, i) => value === box[i]));
  return (same ?? fresh.at(-1))?.id ?? null;
}

/** Returns the ids of faces that differ between two states of a picture. */
export function differing(before, after) {
  const old = new Map(before.faces.map((face) => [face.id, key(face)]));
  const changed = after.faces.filter((face) => old.get(face.id) !== key(face));
  const there = new Set(after.faces.map((face) => face.id));
  return new Set([...changed.map((face) => face.id),
    ...before.faces.filter((face) => !there.has(face.id)).map((face) => face.id)]);
}

function key(face) {
  return JSON.stringify([face.action, face.reason, face.consent, face.shape, face.box]);
}

/** Returns the face that a change speaks of, null if it is about none or a new one. */
export function about(change) {
  return change.face ?? null;
}
