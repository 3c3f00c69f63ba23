// Boxes [x0, y0, x1, y1] in pixels of the picture, half-open. Pure.

const LEAST = 4;

/** Returns the box between two points, in whole pixels, rounded outward. */
export function between([ax, ay], [bx, by]) {
  return [Math.floor(Math.min(ax, bx)), Math.floor(Math.min(ay, by)),
    Math.ceil(Math.max(ax, bx)), Math.ceil(Math.max(ay, by))];
}

/** Returns the box within a picture, null if too little of it is. */
export function clip([x0, y0, x1, y1], [width, height]) {
  const box = [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
  return box[2] - box[0] < LEAST || box[3] - box[1] < LEAST ? null : box;
}

/** Returns the box moved, and kept within the picture where it fits. */
export function move([x0, y0, x1, y1], dx, dy, [width, height]) {
  const stay = (low, high, by, side) => Math.round(Math.min(Math.max(by, -Math.max(low, 0)),
    Math.max(side - high, 0)));
  const mx = stay(x0, x1, dx, width), my = stay(y0, y1, dy, height);
  return [x0 + mx, y0 + my, x1 + mx, y1 + my];
}

/** Returns the box with the edges that a handle ("n", "se", ...) holds moved. */
export function stretch([x0, y0, x1, y1], handle, dx, dy) {
  const box = [x0, y0, x1, y1];
  if (handle.includes("w")) box[0] = Math.min(x0 + dx, x1 - LEAST);
  if (handle.includes("e")) box[2] = Math.max(x1 + dx, x0 + LEAST);
  if (handle.includes("n")) box[1] = Math.min(y0 + dy, y1 - LEAST);
  if (handle.includes("s")) box[3] = Math.max(y1 + dy, y0 + LEAST);
  return box.map(Math.round);
}

/** Returns the points of a box that can be held, by their names. */
export function handles([x0, y0, x1, y1]) {
  const mx = (x0 + x1) / 2, my = (y0 + y1) / 2;
  return { nw: [x0, y0], n: [mx, y0], ne: [x1, y0], e: [x1, my], se: [x1, y1], s: [mx, y1],
    sw: [x0, y1], w: [x0, my] };
}

/** Whether a point lies in a region. */
export function holds({ shape, box: [x0, y0, x1, y1] }, [x, y], reach = 0) {
  const rx = (x1 - x0) / 2 + reach, ry = (y1 - y0) / 2 + reach;
  const dx = x - (x0 + x1) / 2, dy = y - (y0 + y1) / 2;
  if (shape === "ellipse") return (dx / rx) ** 2 + (dy / ry) ** 2 <= 1;
  return Math.abs(dx) <= rx && Math.abs(dy) <= ry;
}

/** Returns the area of a box. */
export function area([x0, y0, x1, y1]) {
  return (x1 - x0) * (y1 - y0);
}

/** Whether two boxes have the same corners. */
export function same(a, b) {
  return a.every((value, i) => value === b[i]);
}
