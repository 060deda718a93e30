/** What the symbols of a slice stand for. */

import { element, shape } from "../dom";
import { counted } from "../format";
import { ARTEFACT, UNRESOLVED } from "./critical";
import { symbol } from "./frame";
import type { Picture } from "./picture";

function entry(picture: SVGElement, words: string): HTMLElement {
  return element(
    "li",
    {},
    shape("svg", { viewBox: "-8 -8 16 16", class: "key", "aria-hidden": "true" }, picture),
    words,
  );
}

function hatched(): SVGElement {
  const group = shape("g", {}, shape("rect", { x: -7, y: -7, width: 14, height: 14, fill: "rgb(205,205,205)" }));
  group.append(
    shape("path", { d: "M-7 3L-3 7M-7 -4L4 7M-4 -7L7 4M3 -7L7 -3", stroke: "rgb(150,150,150)", "stroke-width": 2 }),
  );
  return group;
}

/** Return the entries that a picture needs. */
export function legend(picture: Picture): HTMLElement {
  const { marks, slice, negated, simplified, data, state } = picture;
  const list = element("ul", { class: "legend" });
  const what = negated ? "maximum" : "minimum";
  const drawn = (kind: string, mark: number) =>
    marks.drawn.some(
      (found) => found.kind === kind && (kind === "saddle" || found.branches.mark[found.branch] === mark),
    );
  if (drawn("minimum", 0)) list.append(entry(symbol("minimum", 0, 0, 0), what));
  if (drawn("minimum", ARTEFACT)) list.append(entry(symbol("minimum", ARTEFACT, 0, 0), "artefact of the grid"));
  if (drawn("minimum", UNRESOLVED)) list.append(entry(symbol("minimum", UNRESOLVED, 0, 0), "unresolved"));
  if (drawn("saddle", 0)) list.append(entry(symbol("saddle", 0, 0, 0), "saddle"));
  if (slice.values.some((value) => !Number.isFinite(value))) list.append(entry(hatched(), "no finite value"));
  if (marks.elsewhere) {
    const others = data.axes.filter((_, k) => k !== state.horizontal && k !== state.vertical).map((axis) => axis.name);
    const where = others.length ? `more than half a step away along ${others.join(", ")}` : "without coordinates";
    const many = counted(marks.elsewhere, what, negated ? "maxima" : "minima");
    list.append(element("li", {}, `${many} of ${simplified.kept.length - marks.omitted} not drawn: ${where}`));
  }
  if (marks.omitted) list.append(element("li", {}, `${marks.omitted} less persistent ones have no symbols`));
  return list;
}
