/** The frame that the pictures of a slice share: where it lies in its picture, axes, colour bar and symbols. */

import { ticks } from "d3-array";
import { element, shape } from "../dom";
import { formatNumber } from "../format";
import { beside, below } from "./axes";
import { ARTEFACT, describe, UNRESOLVED, type Mark } from "./critical";
import type { Picture } from "./picture";
import { PALETTE, type Scale } from "./scale";

export const WIDTH = 560;
export const HEIGHT = 450;
export const LEFT = 72;
export const TOP = 12;
export const SIZE = 380;
export const RIGHT = LEFT + SIZE;
export const BOTTOM = TOP + SIZE;

const BAR = 14;
const STEPS = 64;
const TICKS = 5;

/** Return about five numbers between two values. */
export function niceTicks(from: number, to: number): number[] {
  return from === to ? [from] : ticks(Math.min(from, to), Math.max(from, to), TICKS);
}

/** Return the colour bar, with words at its upper end where values lie beyond it. */
export function colourBar(scale: Scale, title: string): SVGGElement {
  const group = shape("g");
  const x = RIGHT + 16;
  for (let k = 0; k < STEPS; k++) {
    const [r, g, b] = PALETTE[Math.round((k / (STEPS - 1)) * (PALETTE.length - 1))];
    const height = SIZE / STEPS;
    const y = BOTTOM - (k + 1) * height;
    group.append(shape("rect", { x, y, width: BAR, height: k ? height + 1 : height, fill: `rgb(${r},${g},${b})` }));
  }
  group.append(shape("rect", { x, y: TOP, width: BAR, height: SIZE, class: "frame" }));
  const place = (value: number) => BOTTOM - scale.unit(value) * SIZE;
  const words = scale.name === "clipped" ? `${title}, clipped at ${formatNumber(scale.high)}` : title;
  group.append(beside(scale.ticks, place, x + BAR, words, TOP + SIZE / 2, 1));
  return group;
}

/** Return the frame and the two axes of a plane. */
export function planeAxes(
  x: { readonly name: string; readonly from: number; readonly to: number },
  y: { readonly name: string; readonly from: number; readonly to: number },
): SVGGElement {
  const placeX = (value: number) => LEFT + ((value - x.from) / (x.to - x.from)) * SIZE;
  const placeY = (value: number) => BOTTOM - ((value - y.from) / (y.to - y.from)) * SIZE;
  const group = shape("g", {}, shape("rect", { x: LEFT, y: TOP, width: SIZE, height: SIZE, class: "frame" }));
  group.append(below(niceTicks(x.from, x.to), placeX, BOTTOM, x.name, LEFT + SIZE / 2));
  group.append(beside(niceTicks(y.from, y.to), placeY, LEFT, y.name, TOP + SIZE / 2));
  return group;
}

/** Return a canvas that covers the frame of a slice within its picture. */
export function framed(pixels: number, className: string): HTMLCanvasElement {
  const canvas = element("canvas", { width: pixels, height: pixels, "aria-hidden": "true", class: className });
  canvas.style.left = `${(100 * LEFT) / WIDTH}%`;
  canvas.style.top = `${(100 * TOP) / HEIGHT}%`;
  canvas.style.width = `${(100 * SIZE) / WIDTH}%`;
  canvas.style.height = `${(100 * SIZE) / HEIGHT}%`;
  return canvas;
}

const RADIUS = 5;
/** From so many symbols on they are smaller, so that they hide less. */
const MANY = 60;
const SMALL = 0.6;

/** Return the symbol of a minimum or a saddle. */
export function symbol(kind: Mark["kind"], mark: number, x: number, y: number, size = 1): SVGGElement {
  const found = kind === "saddle" ? "" : mark === ARTEFACT ? "artefact" : mark === UNRESOLVED ? "unresolved" : "";
  const group = shape("g", { transform: `translate(${x} ${y}) scale(${size})`, class: `mark ${kind} ${found}` });
  const both = (tag: "path" | "circle" | "rect", attributes: Record<string, string | number>) => {
    group.append(shape(tag, { ...attributes, class: "halo" }), shape(tag, { ...attributes, class: "line" }));
  };
  if (kind === "saddle") both("path", { d: "M-4.5 -4.5L4.5 4.5M-4.5 4.5L4.5 -4.5" });
  else if (mark === ARTEFACT) both("circle", { r: RADIUS });
  else if (mark === UNRESOLVED) both("rect", { x: -RADIUS, y: -RADIUS, width: 2 * RADIUS, height: 2 * RADIUS });
  else group.append(shape("circle", { r: RADIUS, class: "dot" }));
  return group;
}

/** Return a minimum's or saddle's symbol at its place, which says its name when it is pointed at. */
export function named(picture: Picture, mark: Mark, x: number, y: number): SVGGElement {
  const { data, negated } = picture;
  const size = picture.marks.drawn.length > MANY ? SMALL : 1;
  const made = symbol(mark.kind, mark.branches.mark[mark.branch], x, y, size);
  if (mark.own) made.dataset.branch = String(mark.branch);
  const words = describe(mark.branches, mark.branch, data.axes.length, negated);
  made.append(shape("title", {}, mark.own ? words : `Not in this tree: ${words}`));
  return made;
}
