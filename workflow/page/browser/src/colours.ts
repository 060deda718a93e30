/** Pictures of values, one pixel each, in the colours of the explorer. */

import { colourOf, COLOURS, PALETTE, scaleOf, type Scale } from "./explorer/scale";

/** Paint values, rows from below as coordinates grow upwards; what is not finite stays clear. */
export function paint(canvas: HTMLCanvasElement, values: Float64Array, columns: number, scale: Scale): void {
  const rows = values.length / columns;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = values[i * columns + j];
      if (!Number.isFinite(value)) continue;
      const [red, green, blue] = PALETTE[colourOf(scale, value)];
      const pixel = 4 * ((rows - 1 - i) * columns + j);
      image.data[pixel] = red;
      image.data[pixel + 1] = green;
      image.data[pixel + 2] = blue;
      image.data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Paint the map itself, from low to high. */
export function paintBar(canvas: HTMLCanvasElement): void {
  const values = Float64Array.from({ length: COLOURS }, (_, i) => i);
  paint(canvas, values, COLOURS, scaleOf("linear", 0, COLOURS - 1));
}
