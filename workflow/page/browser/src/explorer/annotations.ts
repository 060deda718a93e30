/** What is written over a surface: names of its axes, the colour bar, the minima and saddles that are not hidden. */

import { Vector3, type PerspectiveCamera } from "three";
import { shape } from "./dom";
import { colourBar, LEFT, named, SIZE, TOP } from "./frame";
import { HEIGHT, type SurfaceMesh } from "./mesh";
import type { Picture } from "./picture";

const BEYOND = 1.18;
const FLOOR = -HEIGHT / 2;
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
  const parts: SVGElement[] = [
    colourBar(colours, data.fields.find((field) => field.name === state.field)?.label ?? ""),
  ];
  const side = (value: number) => (value < 0 ? -BEYOND : BEYOND);
  for (const [axis, place] of [
    [state.horizontal, new Vector3(0, FLOOR, side(camera.position.z))],
    [state.vertical, new Vector3(side(camera.position.x), FLOOR, 0)],
  ] as const) {
    const [x, y] = seen(place, camera);
    parts.push(shape("text", { x, y, "text-anchor": "middle", class: "axis-title" }, data.axes[axis].name));
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
