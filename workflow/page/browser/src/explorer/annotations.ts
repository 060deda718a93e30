/** What is written over a surface: names of its axes, the colour bar, the minima and saddles that are not hidden. */

import { Vector3, type PerspectiveCamera } from "three";
import { shape } from "../dom";
import { formatNumber } from "../format";
import { colourBar, LEFT, named, SIZE, TOP } from "./frame";
import { HEIGHT, type SurfaceMesh } from "./mesh";
import { fieldLabel, type Picture } from "./picture";

/** How far beyond the floor's edge, which is at 1, the numbers of an axis and its name stand. */
const NUMBERS = 1.1;
const NAME = 1.25;
/** The plane below a surface, as high as the lowest value of its scale. */
export const FLOOR = -HEIGHT / 2;
/** A ray towards the viewer is followed in so many steps. */
const STEPS = 60;
const REACH = 2.5;

/** Return where a place of the scene is in the picture. */
function seen(place: Vector3, camera: PerspectiveCamera): readonly [number, number] {
  const at = place.clone().project(camera);
  return [LEFT + ((at.x + 1) / 2) * SIZE, TOP + ((1 - at.y) / 2) * SIZE];
}

/** Return a function of the height of the surface over a place, from the nearest point; NaN beside it. */
function heights(positions: Float32Array, columns: number, rows: number): (x: number, z: number) => number {
  const nearest = (value: number, n: number, of: (i: number) => number) => {
    let i = Math.max(0, Math.min(n - 1, Math.round(((value + 1) / 2) * (n - 1)))); // exact where points are even
    while (i + 1 < n && Math.abs(of(i + 1) - value) < Math.abs(of(i) - value)) i++;
    while (i > 0 && Math.abs(of(i - 1) - value) < Math.abs(of(i) - value)) i--;
    return i;
  };
  return (x, z) => {
    if (Math.abs(x) > 1 || Math.abs(z) > 1) return Number.NaN;
    const column = nearest(x, columns, (j) => positions[3 * j]);
    const row = nearest(-z, rows, (i) => -positions[3 * i * columns + 2]);
    return positions[3 * (row * columns + column) + 1];
  };
}

/** Return the texts and symbols over a surface, as a camera sees it. */
export function annotations(picture: Picture, mesh: SurfaceMesh, camera: PerspectiveCamera): SVGElement[] {
  const { data, state, colours, slice, marks } = picture;
  const parts: SVGElement[] = [colourBar(colours, fieldLabel(picture))];
  // Axes stand along the edges of the floor that are nearer to the viewer.
  const [nearX, nearZ] = [Math.sign(camera.position.x) || 1, Math.sign(camera.position.z) || 1];
  const text = (words: string, x: number, z: number) => {
    const [left, top] = seen(new Vector3(x, FLOOR, z), camera);
    parts.push(shape("text", { x: left, y: top + 4, "text-anchor": "middle" }, words));
  };
  for (const [axis, indices, put] of [
    [state.horizontal, slice.columns, (words, along, away) => text(words, along, nearZ * away)],
    [state.vertical, slice.rows, (words, along, away) => text(words, nearX * away, -along)],
  ] as readonly [number, Int32Array, (words: string, along: number, away: number) => void][]) {
    const { coordinates, name } = data.axes[axis];
    put(name, 0, NAME);
    put(formatNumber(coordinates[indices[0]]), -0.95, NUMBERS);
    put(formatNumber(coordinates[indices[indices.length - 1]]), 0.95, NUMBERS);
  }
  const height = heights(mesh.positions, mesh.columns, mesh.points.length / mesh.columns);
  const own = state.field === data.fields[0]?.name;
  const along = (axis: number, indices: Int32Array, value: number) => {
    const { coordinates } = data.axes[axis];
    const [first, last] = [coordinates[indices[0]], coordinates[indices[indices.length - 1]]];
    return (2 * (value - first)) / (last - first || 1) - 1;
  };
  for (const mark of marks.drawn) {
    const x = along(state.horizontal, slice.columns, mark.x);
    const z = -along(state.vertical, slice.rows, mark.y);
    const value = mark.kind === "minimum" ? mark.branches.birth[mark.branch] : mark.branches.death[mark.branch];
    const y = own ? (2 * colours.unit(value) - 1) * (HEIGHT / 2) : height(x, z);
    if (!Number.isFinite(y) || !(Math.abs(x) <= 1) || !(Math.abs(z) <= 1)) continue;
    const place = new Vector3(x, y, z);
    if (!hidden(place, camera.position, height)) parts.push(named(picture, mark, ...seen(place, camera)));
  }
  return parts;
}

/** Whether the surface lies between a place on it and the viewer. */
function hidden(place: Vector3, viewer: Vector3, height: (x: number, z: number) => number): boolean {
  const step = viewer
    .clone()
    .sub(place)
    .setLength(REACH / STEPS);
  const at = place.clone();
  for (let k = 0; k < STEPS; k++) {
    at.add(step);
    if (k > 1 && height(at.x, at.z) > at.y + 0.02) return true;
  }
  return false;
}
