/** Axes of the pictures, as SVG. */

import { shape } from "../dom";
import { formatNumber } from "../format";

const TICK = 5;
const GAP = 4;

/** Return a horizontal axis: `place` gives the position of a value. */
export function below(
  ticks: readonly number[],
  place: (value: number) => number,
  y: number,
  title: string,
  middle: number,
) {
  const group = shape("g", { class: "axis" });
  for (const tick of ticks) {
    const x = place(tick);
    group.append(
      shape("line", { x1: x, x2: x, y1: y, y2: y + TICK }),
      shape("text", { x, y: y + TICK + GAP + 10, "text-anchor": "middle" }, formatNumber(tick)),
    );
  }
  group.append(shape("text", { x: middle, y: y + 40, "text-anchor": "middle", class: "axis-title" }, title));
  return group;
}

/** Return a vertical axis at the left (`side` -1) or the right (1) of `x`. */
export function beside(
  ticks: readonly number[],
  place: (value: number) => number,
  x: number,
  title: string,
  middle: number,
  side: -1 | 1 = -1,
) {
  const group = shape("g", { class: "axis" });
  const anchor = side < 0 ? "end" : "start";
  for (const tick of ticks) {
    const y = place(tick);
    group.append(
      shape("line", { x1: x, x2: x + side * TICK, y1: y, y2: y }),
      shape("text", { x: x + side * (TICK + GAP), y: y + 4, "text-anchor": anchor }, formatNumber(tick)),
    );
  }
  const at = x + side * 62;
  group.append(
    shape(
      "text",
      { x: at, y: middle, "text-anchor": "middle", transform: `rotate(-90 ${at} ${middle})`, class: "axis-title" },
      title,
    ),
  );
  return group;
}
