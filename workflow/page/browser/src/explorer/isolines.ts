/** Lines of equal value on a plane of a grid, by marching squares; squares with a point without value have none. */

/** The four sides of a square as pairs of its corners: below, right, above, left. */
const SIDES = [
  [0, 1],
  [1, 2],
  [3, 2],
  [0, 3],
] as const;

/** For each set of corners at or above the level (bits 0 to 3), pairs of sides that a line joins. */
const JOINED: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[3, 0]],
  [[0, 1]],
  [[3, 1]],
  [[1, 2]],
  [
    [3, 2],
    [0, 1],
  ],
  [[0, 2]],
  [[3, 2]],
  [[2, 3]],
  [[2, 0]],
  [
    [2, 1],
    [3, 0],
  ],
  [[2, 1]],
  [[1, 3]],
  [[1, 0]],
  [[0, 3]],
  [],
];

/** Call `line` with the ends of each piece of the line at a level, in coordinates `x` of columns and `y` of rows. */
export function isoline(
  values: Float64Array,
  x: Float64Array,
  y: Float64Array,
  level: number,
  line: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  const n = x.length;
  const corner = [0, 0, 0, 0];
  const px = [0, 0, 0, 0];
  const py = [0, 0, 0, 0];
  for (let i = 0; i + 1 < y.length; i++) {
    for (let j = 0; j + 1 < n; j++) {
      corner[0] = values[i * n + j];
      corner[1] = values[i * n + j + 1];
      corner[2] = values[(i + 1) * n + j + 1];
      corner[3] = values[(i + 1) * n + j];
      if (!corner.every(Number.isFinite)) continue;
      let bits = 0;
      for (let k = 0; k < 4; k++) if (corner[k] >= level) bits |= 1 << k;
      if (bits === 0 || bits === 15) continue;
      px[0] = px[3] = x[j];
      px[1] = px[2] = x[j + 1];
      py[0] = py[1] = y[i];
      py[2] = py[3] = y[i + 1];
      const at = (side: number): [number, number] => {
        const [a, b] = SIDES[side];
        // In halves, as the difference of two large numbers may be more than a number holds.
        const share = (level / 2 - corner[a] / 2) / (corner[b] / 2 - corner[a] / 2);
        return [px[a] + share * (px[b] - px[a]), py[a] + share * (py[b] - py[a])];
      };
      for (const [from, to] of JOINED[bits]) line(...at(from), ...at(to));
    }
  }
}
