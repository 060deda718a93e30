/** Persistence of branches, and which of them a threshold leaves. */

import type { Branches } from "../payload";

/** Return death - birth of each branch (birth - death of a tree of maxima); infinite for one that never ends. */
export function persistences(branches: Branches): Float64Array {
  return branches.birth.map((birth, i) => Math.abs(branches.death[i] - birth));
}

/** Return the smallest positive and the largest finite persistence, null where no branch has one. */
export function extremes(persistence: Float64Array): readonly [number, number] | null {
  const found = persistence.filter((p) => p > 0 && Number.isFinite(p));
  return found.length ? [found.reduce((a, b) => Math.min(a, b)), found.reduce((a, b) => Math.max(a, b))] : null;
}

/** More branches than this are not told apart; the most persistent are drawn. */
export const MOST_BRANCHES = 300;

export interface Simplified {
  /** The branches that stay, by falling persistence. */
  readonly kept: readonly number[];
  /** For each branch the one that it counts for: itself, or the first of those above it that stays. */
  readonly heir: Int32Array;
}

/** Drop the branches of a persistence below `threshold`; what is equal stays, as in `MergeTree.simplify`. */
export function simplify(branches: Branches, persistence: Float64Array, threshold: number): Simplified {
  const heir = new Int32Array(branches.n);
  const kept: number[] = [];
  for (let i = 0; i < branches.n; i++) {
    let at = i;
    while (persistence[at] < threshold && branches.parent[at] >= 0) at = branches.parent[at];
    heir[i] = at;
    if (at === i) kept.push(i);
  }
  return { kept, heir };
}

/** Return 1 for each point of a slice that lies in the basin of a branch that stays, else 0. */
export function basin(labels: Int32Array, heir: Int32Array, branch: number): Uint8Array {
  const inside = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) inside[i] = labels[i] >= 0 && heir[labels[i]] === branch ? 1 : 0;
  return inside;
}
