/** Colours of values: viridis, whose lightness grows evenly, whatever colours a reader tells apart. */

import { interpolateViridis } from "d3-scale-chromatic";

const STEPS = 256;

/** Red, green and blue of the map at STEPS values from 0 to 1. */
const MAP: Uint8Array = (() => {
  const found = new Uint8Array(3 * STEPS);
  for (let i = 0; i < STEPS; i++) {
    const hex = interpolateViridis(i / (STEPS - 1));
    for (let k = 0; k < 3; k++) found[3 * i + k] = Number.parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  }
  return found;
})();

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Whether equal ratios, not equal differences, are as far apart. */
  readonly logarithmic: boolean;
}

/** Return where a value lies between a scale's ends, 0 to 1; NaN for what is not finite. */
export function place(value: number, { low, high, logarithmic }: Scale): number {
  if (!Number.isFinite(value)) return Number.NaN;
  if (!(high > low)) return 0.5;
  const at = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, at));
}

/** Paint values, rows from below as coordinates grow upwards, one pixel each; what is not finite stays clear. */
export function paint(canvas: HTMLCanvasElement, values: Float64Array, columns: number, scale: Scale): void {
  const rows = values.length / columns;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = place(values[i * columns + j], scale);
      if (Number.isNaN(at)) continue;
      const colour = 3 * Math.round(at * (STEPS - 1));
      const pixel = 4 * ((rows - 1 - i) * columns + j);
      image.data.set(MAP.subarray(colour, colour + 3), pixel);
      image.data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Paint the map itself, from low to high. */
export function paintBar(canvas: HTMLCanvasElement): void {
  const values = Float64Array.from({ length: STEPS }, (_, i) => i);
  paint(canvas, values, STEPS, { low: 0, high: STEPS - 1, logarithmic: false });
}
