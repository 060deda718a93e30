/** From members, slices and what is chosen to pictures with one scale. */

import type { MemberData, Slice } from "../payload";
import { doubtfulOf, marksIn } from "./critical";
import { descends } from "./layout";
import { extremes, persistences, simplify } from "./persistence";
import { NO_BRANCHES, type Picture } from "./picture";
import { bestScale, median, scaleOf, type Scale } from "./scale";
import type { State } from "./state";

/** A member with its own settled state, and the slice that is asked for. */
export interface Loaded {
  readonly data: MemberData;
  readonly state: State;
  readonly slice: Slice;
}

function representationOf({ data, state }: Loaded) {
  return data.representations.find((found) => found.name === state.representation) ?? null;
}

/** The lowest and the highest value of what shares a scale: a field, and with the first one the minima and saddles. */
function rangeOf(loaded: readonly Loaded[], field: (one: Loaded) => string): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (value: number) => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const one of loaded) {
    for (const value of one.data.ranges[field(one)] ?? []) take(value);
    if (field(one) !== one.data.fields[0]?.name) continue;
    const branches = representationOf(one)?.branches ?? NO_BRANCHES;
    for (const value of branches.birth) take(value);
    for (const value of branches.death) take(value);
  }
  return [low, high];
}

function scaleFor(loaded: readonly Loaded[], field: (one: Loaded) => string, clip: () => number): Scale {
  const [low, high] = rangeOf(loaded, field);
  const name = loaded[0]?.state.scale || bestScale(low, high);
  return scaleOf(name, low, high, name === "clipped" ? clip() : Number.NaN);
}

export interface Pictures {
  readonly pictures: readonly Picture[];
  /** The least value of the scale's range, which says whether it can be logarithmic. */
  readonly low: number;
  /** The smallest positive and the largest finite persistence of all. */
  readonly reach: readonly [number, number] | null;
}

/** Return a picture for each member, all with the same scales. */
export function picturesOf(loaded: readonly Loaded[]): Pictures {
  const shown = (one: Loaded) => one.state.field;
  const first = (one: Loaded) => one.data.fields[0]?.name ?? "";
  const alike = loaded.every((one) => shown(one) === first(one));
  const middle = () => median(loaded.map((one) => one.slice.values));
  const colours = scaleFor(loaded, shown, middle);
  const heights = alike ? colours : scaleFor(loaded, first, () => Number.NaN);
  const all: (readonly [number, number])[] = [];
  const pictures = loaded.map((one): Picture => {
    const representation = representationOf(one);
    const branches = representation?.branches ?? NO_BRANCHES;
    const persistence = persistences(branches);
    const found = extremes(persistence);
    if (found) all.push(found);
    const simplified = simplify(branches, persistence, one.state.threshold);
    const { horizontal, vertical, at } = one.state;
    return {
      ...one,
      representation,
      branches,
      persistence,
      simplified,
      marks: marksIn(one.data, branches, simplified.kept, doubtfulOf(one.data, branches), horizontal, vertical, at),
      colours,
      heights,
      negated: descends(branches),
    };
  });
  const reach = all.length
    ? ([Math.min(...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))] as const)
    : null;
  return { pictures, low: rangeOf(loaded, shown)[0], reach };
}
