// Small pictures, kept in memory while the page is open.

import { Pixels } from "../core/pixels.js";

const MOST = 1500;
const LANES = 3;

export const thumbnails = new Pixels(MOST, LANES);
