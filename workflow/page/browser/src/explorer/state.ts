/** What a reader has chosen in the explorer, and the part of the address that says it. */

import type { MemberData } from "../payload";
import type { Chosen } from "../view";
import type { ScaleName } from "./scale";

export interface State {
  readonly member: Chosen | null;
  readonly beside: Chosen | null;
  /** Names; empty for the member's first. */
  readonly field: string;
  readonly representation: string;
  readonly horizontal: number;
  readonly vertical: number;
  /** Indices of the whole grid, empty for the member's best point. */
  readonly at: readonly number[];
  /** Branches of a persistence below it are left out. */
  readonly threshold: number;
  readonly view: "contour" | "surface";
  /** Empty for what fits the values. */
  readonly scale: ScaleName | "";
  /** The branch of the first member that is pinned, -1 for none. */
  readonly branch: number;
}

export const BEGIN: State = {
  member: null,
  beside: null,
  field: "",
  representation: "",
  horizontal: 0,
  vertical: 1,
  at: [],
  threshold: 0,
  view: "contour",
  scale: "",
  branch: -1,
};

/** Return the state with what the member does not have replaced by what it begins with. */
export function settled(state: State, data: MemberData): State {
  const d = data.axes.length;
  const axis = (k: number, otherwise: number) => (k >= 0 && k < d ? k : Math.min(otherwise, d - 1));
  const horizontal = axis(state.horizontal, 0);
  let vertical = axis(state.vertical, 1);
  if (d > 1 && vertical === horizontal) vertical = horizontal === 0 ? 1 : 0;
  const fits = state.at.length === d && state.at.every((i, k) => i >= 0 && i < data.axes[k].coordinates.length);
  return {
    ...state,
    field: (data.fields.find((found) => found.name === state.field) ?? data.fields[0])?.name ?? "",
    representation:
      (data.representations.find((found) => found.name === state.representation) ?? data.representations[0])?.name ??
      "",
    horizontal,
    vertical,
    at: (fits ? state.at : data.start).map((i, k) => stored(i, data, k)),
  };
}

/** Return the index that slices hold nearest to an index of the whole grid. */
export function stored(index: number, data: MemberData, axis: number): number {
  const stride = data.strides[axis];
  const last = Math.floor((data.axes[axis].coordinates.length - 1) / stride);
  return Math.min(Math.round(index / stride), last) * stride;
}

/** Return the state as the part of an address after "#"; what is as at the beginning is left out. */
export function written(state: State): string {
  const words: [string, string][] = [];
  const chosen = (name: string, found: Chosen) => {
    words.push([name, found.run ? `${found.run}.${found.member}` : String(found.member)]);
  };
  if (state.member) chosen("member", state.member);
  if (state.beside) chosen("beside", state.beside);
  if (state.field) words.push(["field", state.field]);
  if (state.representation) words.push(["tree", state.representation]);
  if (state.horizontal !== BEGIN.horizontal) words.push(["x", String(state.horizontal)]);
  if (state.vertical !== BEGIN.vertical) words.push(["y", String(state.vertical)]);
  if (state.at.length) words.push(["at", state.at.join(".")]);
  if (state.threshold > 0) words.push(["persistence", String(state.threshold)]);
  if (state.view !== BEGIN.view) words.push(["view", state.view]);
  if (state.scale) words.push(["scale", state.scale]);
  if (state.branch >= 0) words.push(["branch", String(state.branch)]);
  return words.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** Return what `written` has written, null for another part of an address; what cannot be read is as at first. */
export function read(fragment: string): State | null {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const count = (text: string | null, otherwise: number) => (text && /^\d+$/.test(text) ? Number(text) : otherwise);
  const chosen = (name: string): Chosen | null => {
    const found = /^(?:(\d+)\.)?(\d+)$/.exec(words.get(name) ?? "");
    return found ? { run: Number(found[1] ?? 0), member: Number(found[2]) } : null;
  };
  const member = chosen("member");
  if (!member) return null;
  const scale = words.get("scale") ?? "";
  const threshold = Number(words.get("persistence") ?? 0);
  const at = words.get("at") ?? "";
  return {
    member,
    beside: chosen("beside"),
    field: words.get("field") ?? "",
    representation: words.get("tree") ?? "",
    horizontal: count(words.get("x"), BEGIN.horizontal),
    vertical: count(words.get("y"), BEGIN.vertical),
    at: /^\d+(\.\d+)*$/.test(at) ? at.split(".").map(Number) : [],
    threshold: threshold > 0 && Number.isFinite(threshold) ? threshold : 0,
    view: words.get("view") === "surface" ? "surface" : "contour",
    scale: scale === "linear" || scale === "log" || scale === "clipped" ? scale : "",
    branch: count(words.get("branch"), BEGIN.branch),
  };
}

/** Whether two choices are of the same member. */
export function same(one: Chosen | null, other: Chosen | null): boolean {
  return one?.run === other?.run && one?.member === other?.member;
}
