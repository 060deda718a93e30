/** Where the branches of a merge tree stand so that its drawing has no crossings. */

import type { Branches } from "../payload";

/** A branch in the drawing. */
export interface Placed {
  readonly branch: number;
  /** The place from left to right: 0, 1, 2, … */
  readonly place: number;
  /** The drawn branch that it ends in, -1 for none. */
  readonly elder: number;
}

/** Whether this is a tree of maxima, whose branches go down. */
export function descends(branches: Branches): boolean {
  return branches.death.some((death, i) => death < branches.birth[i]);
}

/**
 * Return the drawn branches from left to right.
 *
 * The younger branches of a branch stand on both sides of it, each with all that ends in it in one block, those that
 * end earlier nearer to it, on the side that has fewer so far. What lies between a branch and its elder has ended
 * before it, so no lines cross.
 */
export function layout(branches: Branches, drawn: readonly number[]): Placed[] {
  const there = new Set(drawn);
  const sign = descends(branches) ? -1 : 1;
  const elder = new Map<number, number>();
  for (const branch of drawn) {
    let above = branches.parent[branch];
    while (above >= 0 && !there.has(above)) above = branches.parent[above];
    elder.set(branch, above);
  }
  const block = new Map(drawn.map((branch) => [branch, { left: [] as number[][], right: [] as number[][] }]));
  const size = new Map(drawn.map((branch) => [branch, { left: 0, right: 0 }]));
  const flat = (branch: number): number[] => {
    const { left, right } = block.get(branch) as { left: number[][]; right: number[][] };
    return [...left.slice().reverse().flat(), branch, ...right.flat()];
  };
  // By their ends; of equal ends the younger first, so that all that ends in a branch comes before it.
  const order = drawn
    .slice()
    .sort(
      (a, b) =>
        sign * (branches.death[a] - branches.death[b]) || sign * (branches.birth[b] - branches.birth[a]) || b - a,
    );
  const roots: number[] = [];
  for (const branch of order) {
    const above = elder.get(branch) as number;
    if (above < 0) {
      roots.push(branch);
      continue;
    }
    const sides = block.get(above) as { left: number[][]; right: number[][] };
    const sizes = size.get(above) as { left: number; right: number };
    const side = sizes.right <= sizes.left ? "right" : "left";
    const mine = flat(branch);
    sides[side].push(mine);
    sizes[side] += mine.length;
  }
  return roots
    .sort((a, b) => a - b)
    .flatMap(flat)
    .map((branch, place) => ({ branch, place, elder: elder.get(branch) as number }));
}
