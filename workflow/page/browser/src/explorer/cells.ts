/** A slice as coloured cells on a canvas, and a veil over what lies outside a basin. */

import { colourOf, PALETTE, type Scale } from "./scale";

/** Where cells begin and end: halfway between coordinates, and as far beyond the first and the last. */
export function edges(coordinates: Float64Array): Float64Array {
  const n = coordinates.length;
  const found = new Float64Array(n + 1);
  for (let i = 1; i < n; i++) found[i] = (coordinates[i - 1] + coordinates[i]) / 2;
  found[0] = n > 1 ? 2 * coordinates[0] - found[1] : coordinates[0] - 0.5;
  found[n] = n > 1 ? 2 * coordinates[n - 1] - found[n - 1] : coordinates[0] + 0.5;
  return found;
}

/** Return for each of `size` pixels the cell in which its middle lies; `falling` for pixels that count from the top. */
export function cellOfPixel(borders: Float64Array, size: number, falling = false): Int32Array {
  const n = borders.length - 1;
  const span = borders[n] - borders[0];
  const found = new Int32Array(size);
  let cell = 0;
  for (let pixel = 0; pixel < size; pixel++) {
    const share = (pixel + 0.5) / size;
    while (cell < n - 1 && (borders[cell + 1] - borders[0]) / span <= share) cell++;
    found[falling ? size - 1 - pixel : pixel] = cell;
  }
  return found;
}

/** A colour as one number, as the bytes of an image lie in memory (little-endian, as typed arrays are everywhere). */
function packed(red: number, green: number, blue: number, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const COLOURS = Uint32Array.from(PALETTE, ([red, green, blue]) => packed(red, green, blue));
const GREY = packed(150, 150, 150);
const LIGHT = packed(205, 205, 205);
const HATCH_PIXELS = 6;

/** Paint values onto a canvas; cells without a value are grey and hatched. */
export function paint(
  canvas: HTMLCanvasElement,
  values: Float64Array,
  across: Int32Array,
  down: Int32Array,
  columns: number,
  scale: Scale,
): void {
  const [width, height] = [across.length, down.length];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = Int16Array.from(values, (value) => (Number.isFinite(value) ? colourOf(scale, value) : -1));
  for (let y = 0; y < height; y++) {
    const row = down[y] * columns;
    for (let x = 0; x < width; x++) {
      const colour = colours[row + across[x]];
      const striped = (x + y) % (2 * HATCH_PIXELS) < HATCH_PIXELS ? LIGHT : GREY;
      pixels[y * width + x] = colour < 0 ? striped : COLOURS[colour];
    }
  }
  context.putImageData(image, 0, 0);
}

const VEIL = packed(255, 255, 255, 150);
const RIM = packed(0, 0, 0);
const RIM_PIXELS = 2;

/** Veil the cells that are not inside, and draw a rim around those that are. */
export function veil(
  canvas: HTMLCanvasElement,
  inside: Uint8Array,
  across: Int32Array,
  down: Int32Array,
  columns: number,
): void {
  const [width, height] = [across.length, down.length];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const is = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return false; // no rim along the frame
    return inside[down[y] * columns + across[x]] === 1;
  };
  const r = RIM_PIXELS;
  for (let y = 0; y < height; y++) {
    const alike = y > r && y + r < height && [-r, 0, r].every((dy) => down[y + dy] === down[y - 1 + dy]);
    if (alike) {
      pixels.copyWithin(y * width, (y - 1) * width, y * width);
      continue;
    }
    for (let x = 0; x < width; x++) {
      if (is(x, y)) continue;
      pixels[y * width + x] = is(x - r, y) || is(x + r, y) || is(x, y - r) || is(x, y + r) ? RIM : VEIL;
    }
  }
  context.putImageData(image, 0, 0);
}
