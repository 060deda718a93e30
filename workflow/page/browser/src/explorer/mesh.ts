/** The points, triangles and lines of a surface; squares with a point without value are left open. */

import { colourOf, PALETTE } from "./scale";
import type { Picture } from "./picture";

export interface SurfaceMesh {
  /** x, height and z of each point of the slice, within -1 to 1. */
  readonly positions: Float32Array;
  /** Red, green and blue of each point, as WebGL takes them: linear, 0 to 1. */
  readonly colours: Float32Array;
  readonly triangles: Uint32Array;
  readonly lines: Uint32Array;
  /** Which point of the slice each point is, and how many there are in a row. */
  readonly points: Int32Array;
  readonly columns: number;
}

/** The surface goes from half of it below to half of it above the middle. */
export const HEIGHT = 0.9;
/** At most about so many lines go along each axis. */
const LINES = 20;

/** A surface has at most so many points along an axis: of more it holds every so many-th. */
const FINEST = 256;

/** Return which points of an axis a surface holds, and where they lie, -1 to 1. */
function spread(coordinates: Float64Array, indices: Int32Array): { held: Int32Array; at: Float64Array } {
  const n = indices.length;
  const step = Math.ceil(n / FINEST);
  const held = Int32Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
  const first = coordinates[indices[0]];
  const span = coordinates[indices[n - 1]] - first || 1;
  return { held, at: Float64Array.from(held, (i) => (2 * (coordinates[indices[i]] - first)) / span - 1) };
}

/** Return a component of a colour, 0 to 255 as screens have it, in linear light (the curve of sRGB). */
function linear(component: number): number {
  const share = component / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Return the surface of a picture's slice. */
export function meshOf({ slice, data, state, colours: scale }: Picture): SurfaceMesh {
  const x = spread(data.axes[state.horizontal].coordinates, slice.columns);
  const z = spread(data.axes[state.vertical].coordinates, slice.rows);
  const [n, m] = [x.held.length, z.held.length];
  const points = new Int32Array(n * m);
  const positions = new Float32Array(3 * n * m);
  const colours = new Float32Array(3 * n * m);
  const light = PALETTE.map((colour) => colour.map(linear));
  for (let i = 0; i < n * m; i++) {
    const [row, column] = [Math.floor(i / n), i % n];
    points[i] = z.held[row] * slice.columns.length + x.held[column];
    const value = slice.values[points[i]];
    const there = Number.isFinite(value);
    positions.set([x.at[column], there ? (2 * scale.unit(value) - 1) * (HEIGHT / 2) : 0, -z.at[row]], 3 * i);
    if (there) colours.set(light[colourOf(scale, value)], 3 * i);
  }
  const triangles: number[] = [];
  const lines: number[] = [];
  const finite = (i: number) => Number.isFinite(slice.values[points[i]]);
  const [every, each] = [Math.max(1, Math.round(m / LINES)), Math.max(1, Math.round(n / LINES))];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const at = i * n + j;
      const [right, up, both] = [at + 1, at + n, at + n + 1];
      if (j + 1 < n && i % every === 0 && finite(at) && finite(right)) lines.push(at, right);
      if (i + 1 < m && j % each === 0 && finite(at) && finite(up)) lines.push(at, up);
      if (i + 1 === m || j + 1 === n || ![at, right, up, both].every(finite)) continue;
      triangles.push(at, right, both, at, both, up);
    }
  }
  return {
    positions,
    colours,
    triangles: Uint32Array.from(triangles),
    lines: Uint32Array.from(lines),
    points,
    columns: n,
  };
}
