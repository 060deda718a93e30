/** Which minima and saddles lie in the plane that is shown, and how they are named. */

import { formatNumber } from "../format";
import type { Branches, MemberData } from "../payload";
import { MOST_BRANCHES } from "./persistence";

export const ARTEFACT = 1;
export const UNRESOLVED = 2;

/** A minimum or a saddle in the plane, at coordinates of its axes. */
export interface Mark {
  readonly branch: number;
  readonly kind: "minimum" | "saddle";
  readonly x: number;
  readonly y: number;
}

export interface Marks {
  readonly drawn: readonly Mark[];
  /** How many minima lie elsewhere: half a step or more away from the plane. */
  readonly elsewhere: number;
  /** How many less persistent branches have no symbols. */
  readonly omitted: number;
}

/** Return the ends of the interval that is nearer to the grid's point `at` than to those `stride` points away. */
function around(coordinates: Float64Array, at: number, stride: number): [number, number] {
  const before = coordinates[Math.max(0, at - stride)];
  const after = coordinates[Math.min(coordinates.length - 1, at + stride)];
  const here = coordinates[at];
  const down = before === here ? after - here : here - before;
  const up = after === here ? here - before : after - here;
  return [here - down / 2, here + up / 2];
}

/** Return the marks of branches whose minimum, or saddle, lies within half a step of the plane; of 2-D grids all. */
export function marksIn(
  data: MemberData,
  branches: Branches,
  kept: readonly number[],
  horizontal: number,
  vertical: number,
  at: readonly number[],
): Marks {
  const d = data.axes.length;
  const near = data.axes.map((axis, k) => around(axis.coordinates, at[k], data.strides[k]));
  const inside = (points: Float64Array, i: number) =>
    near.every(([low, high], k) => {
      const alpha = points[i * d + k];
      return Number.isFinite(alpha) && (k === horizontal || k === vertical || (alpha >= low && alpha <= high));
    });
  const drawn: Mark[] = [];
  let elsewhere = 0;
  for (const branch of kept.slice(0, MOST_BRANCHES)) {
    for (const [kind, points] of [["saddle", branches.saddle], ["minimum", branches.minimum]] as const) {
      if (inside(points, branch)) {
        drawn.push({ branch, kind, x: points[branch * d + horizontal], y: points[branch * d + vertical] });
      } else if (kind === "minimum") elsewhere++;
    }
  }
  return { drawn, elsewhere, omitted: Math.max(0, kept.length - MOST_BRANCHES) };
}

/** Return "(0.5, -0.25)". */
export function coordinates(points: Float64Array, i: number, d: number): string {
  const found = Array.from(points.subarray(i * d, (i + 1) * d), (alpha) => formatNumber(alpha));
  return found.includes("not finite") ? "–" : `(${found.join(", ")})`;
}

/** Return the words for what resolving has found of a branch's minimum, empty where it has found nothing. */
export function markWords(mark: number): string {
  return mark === ARTEFACT ? "artefact of the grid" : mark === UNRESOLVED ? "unresolved" : "";
}

/** Return one sentence on a branch: its minimum, its persistence and its saddle. */
export function describe(branches: Branches, branch: number, d: number, negated: boolean): string {
  const what = negated ? "Maximum" : "Minimum";
  const minimum = `${what} at ${coordinates(branches.minimum, branch, d)}, value ${formatNumber(branches.birth[branch])}`;
  const marked = markWords(branches.mark[branch]);
  const kind = marked ? ` (${marked})` : "";
  if (branches.parent[branch] < 0) return `${minimum}${kind}; its branch never ends.`;
  const death = branches.death[branch];
  const persistence = formatNumber(Math.abs(death - branches.birth[branch]));
  const saddle = `saddle at ${coordinates(branches.saddle, branch, d)}, value ${formatNumber(death)}`;
  return `${minimum}${kind}; persistence ${persistence}; ${saddle}.`;
}
