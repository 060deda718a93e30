/** Which minima and saddles lie in the plane that is shown, and how they are named. */

import { formatNumber, MISSING, NOT_FINITE } from "../format";
import type { Branches, MemberData } from "../payload";
import { MOST_BRANCHES } from "./persistence";

export const ARTEFACT = 1;
export const UNRESOLVED = 2;

/** A minimum or a saddle in the plane, at coordinates of its axes. */
export interface Mark {
  /** The tree that it is of: the one that is shown, or the grid's, whose artefacts stand beside resolved minima. */
  readonly branches: Branches;
  readonly branch: number;
  /** Whether its branch is one of the tree that is shown. */
  readonly own: boolean;
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

/** Return the tree of the grid whose minima are marked as artefacts or unresolved, null where the shown one says it. */
export function doubtfulOf(data: MemberData, shown: Branches): Branches | null {
  const marked = (branches: Branches) => branches.mark.some((mark) => mark !== 0);
  if (marked(shown)) return null;
  return data.representations.find(({ branches }) => branches !== shown && marked(branches))?.branches ?? null;
}

/** Return the marks of branches whose minimum, or saddle, lies within half a step of the plane; of 2-D grids all.
 * Minima of `doubtful` that are marked as artefacts or unresolved stand beside them. */
export function marksIn(
  data: MemberData,
  branches: Branches,
  kept: readonly number[],
  doubtful: Branches | null,
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
  const markAt = (of: Branches, branch: number, own: boolean, kind: Mark["kind"], points: Float64Array): Mark => {
    return { branches: of, branch, own, kind, x: points[branch * d + horizontal], y: points[branch * d + vertical] };
  };
  const drawn: Mark[] = [];
  let elsewhere = 0;
  for (let i = 0; doubtful && i < doubtful.n; i++) {
    if (doubtful.mark[i] && inside(doubtful.minimum, i)) {
      drawn.push(markAt(doubtful, i, false, "minimum", doubtful.minimum));
    }
  }
  for (const branch of kept.slice(0, MOST_BRANCHES)) {
    for (const [kind, points] of [
      ["saddle", branches.saddle],
      ["minimum", branches.minimum],
    ] as const) {
      if (inside(points, branch)) {
        drawn.push(markAt(branches, branch, true, kind, points));
      } else if (kind === "minimum") elsewhere++;
    }
  }
  return { drawn, elsewhere, omitted: Math.max(0, kept.length - MOST_BRANCHES) };
}

/** Return "(0.5, -0.25)". */
export function coordinates(points: Float64Array, i: number, d: number): string {
  const found = Array.from(points.subarray(i * d, (i + 1) * d), (alpha) => formatNumber(alpha));
  return found.includes(NOT_FINITE) ? MISSING : `(${found.join(", ")})`;
}

/** Return the words for what resolving has found of a branch's minimum, empty where it has found nothing. */
export function markWords(mark: number): string {
  return mark === ARTEFACT ? "artefact of the grid" : mark === UNRESOLVED ? "unresolved" : "";
}

/** Return one sentence on a branch: its minimum, its persistence and its saddle. */
export function describe(branches: Branches, branch: number, d: number, negated: boolean): string {
  const what = negated ? "Maximum" : "Minimum";
  const at = coordinates(branches.minimum, branch, d);
  const minimum = `${what} at ${at}, value ${formatNumber(branches.birth[branch])}`;
  const marked = markWords(branches.mark[branch]);
  const kind = marked ? ` (${marked})` : "";
  if (branches.parent[branch] < 0) return `${minimum}${kind}; its branch never ends.`;
  const death = branches.death[branch];
  const persistence = formatNumber(Math.abs(death - branches.birth[branch]));
  const saddle = `saddle at ${coordinates(branches.saddle, branch, d)}, value ${formatNumber(death)}`;
  return `${minimum}${kind}; persistence ${persistence}; ${saddle}.`;
}
