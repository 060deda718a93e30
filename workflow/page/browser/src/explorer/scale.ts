/** How values become colours and heights: linear, logarithmic or clipped, alike in all that is compared. */

import { ticks } from "d3-array";
import { interpolateViridis } from "d3-scale-chromatic";

export type ScaleName = "linear" | "log" | "clipped";

export interface Scale {
  readonly name: ScaleName;
  /** The least and the greatest value that are told apart. */
  readonly low: number;
  readonly high: number;
  /** Values from low to high as 0 to 1; what lies beyond is as the nearest end. */
  readonly unit: (value: number) => number;
  /** The value of a share of 0 to 1. */
  readonly value: (share: number) => number;
  readonly ticks: readonly number[];
}

const DECADE = 10;
const TICKS = 5;

/** Whether a logarithmic scale can show values of this range. */
export function canBeLog(low: number): boolean {
  return low > 0;
}

/** Return "log" where all values are positive and span a decade, else "linear": below it a logarithm says no more. */
export function bestScale(low: number, high: number): ScaleName {
  return low > 0 && high >= DECADE * low ? "log" : "linear";
}

/** Return the median of finite values, NaN where there is none. */
export function median(arrays: readonly Float64Array[]): number {
  const all = Float64Array.from(arrays.flatMap((values) => [...values.filter(Number.isFinite)])).sort();
  if (!all.length) return Number.NaN;
  const middle = all.length >> 1;
  return all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high) - Math.log10(low); // their ratio may be more than a number holds
  const step = Math.max(1, Math.ceil(decades / TICKS));
  const digits = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 3, 5];
  const found: number[] = [];
  for (let e = first; e <= last; e += step) {
    for (const digit of digits) found.push(digit * 10 ** e);
  }
  const inside = found.filter((tick) => tick >= low && tick <= high);
  return inside.length > 1 ? inside : ticks(low, high, TICKS);
}

/**
 * Return the scale of values from `low` to `high`; a constant has one that is wide enough to have colours.
 *
 * Of "clipped", values above `clip` all look like it. What cannot be logarithmic is linear.
 */
export function scaleOf(name: ScaleName, low: number, high: number, clip = Number.NaN): Scale {
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, 1];
  const kind = name === "log" && !canBeLog(low) ? "linear" : name;
  if (kind === "clipped" && clip > low) high = Math.min(clip, high);
  if (!(high > low)) {
    const margin = 0.05 * Math.abs(low) || 0.5;
    [low, high] = [low - margin, high + margin];
  }
  const within = (share: number) => Math.max(0, Math.min(1, share));
  if (kind === "log") {
    const span = Math.log(high) - Math.log(low); // their ratio may be more than a number holds
    const share = (value: number) => (Math.log(value) - Math.log(low)) / span;
    return {
      name: kind,
      low,
      high,
      unit: (value) => (value > 0 ? within(share(value)) : 0),
      value: (part) => Math.exp(Math.log(low) + part * span),
      ticks: logTicks(low, high),
    };
  }
  const span = high / 2 - low / 2; // the difference may be more than a number holds
  return {
    name: kind,
    low,
    high,
    unit: (value) => within((value / 2 - low / 2) / span),
    value: (part) => low * (1 - part) + high * part,
    ticks: Number.isFinite(high - low) ? ticks(low, high, TICKS) : [low, 0, high],
  };
}

export const COLOURS = 256;

/** Red, green and blue of 256 colours of the map viridis, 0 to 255. */
export const PALETTE: readonly (readonly [number, number, number])[] = Array.from({ length: COLOURS }, (_, i) => {
  const hex = interpolateViridis(i / (COLOURS - 1));
  return [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) as [number, number, number];
});

/** Return which of the 256 colours a finite value has. */
export function colourOf(scale: Scale, value: number): number {
  return Math.round(scale.unit(value) * (COLOURS - 1));
}
