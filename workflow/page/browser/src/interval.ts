/** A dot and its interval on an axis from one end to the other. */

import { scaleLinear } from "d3-scale";
import { shape } from "./dom";
import { formatNumber, numberOf } from "./format";
import type { Cell } from "./payload";

export const WIDTH = 256;
const HEIGHT = 34;
const SIDE = 8;
const TICKS = 5;

export type Ends = readonly [number, number];

function scaled(ends: Ends) {
  return scaleLinear(ends, [SIDE, WIDTH - SIDE]);
}

/** Return the ends of an axis for rank correlations, or for whatever else the numbers are. */
export function endsOf(values: readonly Cell[]): Ends {
  const found = values.map(numberOf).filter(Number.isFinite);
  const [low, high] = [Math.min(-1, ...found), Math.max(1, ...found)];
  return [low, high];
}

/** Return the axis that stands above a column of intervals. */
export function scaleAbove(ends: Ends): SVGSVGElement {
  const x = scaled(ends);
  const ticks = x.ticks(TICKS).map((tick) => {
    return shape("text", { x: x(tick), y: 14, "text-anchor": "middle" }, formatNumber(tick));
  });
  return shape("svg", { class: "scale", viewBox: `0 0 ${WIDTH} 20`, "aria-hidden": "true" }, ...ticks);
}

/** Return the picture of an estimate with its interval; an interval that reaches 0 has an open dot. */
export function interval(estimate: Cell, low: Cell, high: Cell, ends: Ends): SVGSVGElement {
  const x = scaled(ends);
  const [middle, from, to] = [estimate, low, high].map(numberOf);
  const y = HEIGHT / 2;
  const words = `${formatNumber(estimate)}, interval ${formatNumber(low)} to ${formatNumber(high)}`;
  const made = shape(
    "svg",
    { class: "interval", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
    shape("line", { class: "along", x1: x(ends[0]), x2: x(ends[1]), y1: y, y2: y }),
    shape("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: HEIGHT }),
  );
  if (Number.isFinite(from) && Number.isFinite(to)) {
    made.append(shape("line", { class: "range", x1: x(from), x2: x(to), y1: y, y2: y }));
    if (from <= 0 && to >= 0) made.classList.add("open");
  }
  if (Number.isFinite(middle)) made.append(shape("circle", { class: "estimate", cx: x(middle), cy: y, r: 5 }));
  return made;
}
