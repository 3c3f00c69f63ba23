// Where the picture lies on the stage: scale and offset. Pure but for its listeners.

const CLOSEST = 32;
const MARGIN = 0.5;

export class View {
  constructor() {
    this.picture = [1, 1];
    this.stage = [1, 1];
    this.padding = 12;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fitted = true;
    this.moved = () => {};
  }

  /** Sets the sizes of the picture (pixels) and the stage (CSS pixels). */
  resize(picture, stage) {
    this.picture = picture;
    this.stage = stage;
    if (this.fitted) this.fit();
    else this.settle();
  }

  /** The scale at which all of the picture is seen. */
  get fitting() {
    const [width, height] = this.stage.map((side) => Math.max(40, side - 2 * this.padding));
    return Math.min(width / this.picture[0], height / this.picture[1], 4);
  }

  /** Shows all of the picture. */
  fit() {
    this.scale = this.fitting;
    this.fitted = true;
    this.settle();
  }

  /** Shows one pixel of the picture on one of the screen, around the middle. */
  actual() {
    this.zoomTo(1 / devicePixelRatio);
  }

  /** Zooms by a factor around a point of the stage. */
  zoom(factor, x = this.stage[0] / 2, y = this.stage[1] / 2) {
    this.zoomTo(this.scale * factor, x, y);
  }

  /** Zooms to a scale around a point of the stage. */
  zoomTo(scale, x = this.stage[0] / 2, y = this.stage[1] / 2) {
    const least = Math.min(this.fitting, 1);
    const next = Math.min(CLOSEST, Math.max(least, scale));
    const factor = next / this.scale;
    this.x = x - (x - this.x) * factor;
    this.y = y - (y - this.y) * factor;
    this.scale = next;
    this.fitted = next <= this.fitting * 1.001;
    this.settle();
  }

  /** Moves the picture by so many CSS pixels. */
  pan(x, y) {
    this.x += x;
    this.y += y;
    this.settle();
  }

  /** Shows a box of the picture with some room around it. */
  show([x0, y0, x1, y1]) {
    const wide = Math.max(1, x1 - x0), high = Math.max(1, y1 - y0);
    const room = 1 + 2 * MARGIN;
    const scale = Math.min(this.stage[0] / (wide * room), this.stage[1] / (high * room), 4);
    this.scale = Math.max(this.fitting, Math.min(CLOSEST, scale));
    this.fitted = this.scale <= this.fitting * 1.001;
    this.x = this.stage[0] / 2 - ((x0 + x1) / 2) * this.scale;
    this.y = this.stage[1] / 2 - ((y0 + y1) / 2) * this.scale;
    this.settle();
  }

  /** Brings a box of the picture into sight, and does nothing if it is. */
  reveal([x0, y0, x1, y1]) {
    const [left, top] = this.toStage(x0, y0), [right, bottom] = this.toStage(x1, y1);
    const shift = (low, high, side) => {
      if (high - low > side || (low >= 0 && high <= side)) return 0;
      return low < 0 ? this.padding - low : side - this.padding - high;
    };
    this.pan(shift(left, right, this.stage[0]), shift(top, bottom, this.stage[1]));
  }

  /** Keeps the picture on the stage, and tells. */
  settle() {
    for (const [axis, at] of [["x", 0], ["y", 1]]) {
      const length = this.picture[at] * this.scale, side = this.stage[at];
      const slack = length <= side ? (side - length) / 2 : null;
      if (slack !== null) this[axis] = slack;
      else this[axis] = Math.min(this.padding, Math.max(side - length - this.padding, this[axis]));
    }
    this.moved();
  }

  /** Returns the point of the picture under a point of the stage. */
  toPicture(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  /** Returns the point of the stage over a point of the picture. */
  toStage(x, y) {
    return [x * this.scale + this.x, y * this.scale + this.y];
  }

  /** Returns the box of the picture that is seen, with a share of room around it, in pixels. */
  seen(room = 0) {
    const [x0, y0] = this.toPicture(0, 0), [x1, y1] = this.toPicture(...this.stage);
    const dx = (x1 - x0) * room, dy = (y1 - y0) * room;
    const [width, height] = this.picture;
    return [Math.max(0, Math.floor(x0 - dx)), Math.max(0, Math.floor(y0 - dy)),
      Math.min(width, Math.ceil(x1 + dx)), Math.min(height, Math.ceil(y1 + dy))];
  }
}
