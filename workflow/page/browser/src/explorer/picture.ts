/** What all pictures of one member are drawn from. */

import type { Branches, MemberData, Representation, Slice } from "../payload";
import type { Marks } from "./critical";
import type { Scale } from "./scale";
import type { Simplified } from "./persistence";
import type { State } from "./state";

export interface Picture {
  readonly data: MemberData;
  /** The state with all that is chosen filled in. */
  readonly state: State;
  readonly slice: Slice;
  readonly representation: Representation | null;
  readonly branches: Branches;
  readonly persistence: Float64Array;
  readonly simplified: Simplified;
  readonly marks: Marks;
  /** Colours of the slice, and heights of the tree and the barcode. */
  readonly colours: Scale;
  readonly heights: Scale;
  readonly negated: boolean;
}

/** What is pointed at: a branch, and the point of the slice where it was a point. */
export interface Pointed {
  readonly branch: number;
  /** Its row and column in the slice, null where a branch was pointed at. */
  readonly point: readonly [number, number] | null;
}

/** What a picture tells of a reader's pointing. */
export interface Pointing {
  /** Something is pointed at, or nothing any more. */
  hover(pointed: Pointed | null): void;
  /** Keep what is pointed at. */
  pin(pointed: Pointed): void;
}

export const NO_BRANCHES: Branches = {
  n: 0,
  birth: new Float64Array(0),
  death: new Float64Array(0),
  parent: new Int32Array(0),
  minimum: new Float64Array(0),
  saddle: new Float64Array(0),
  volume: new Float64Array(0),
  mark: new Uint8Array(0),
};

/** Return the branch in whose basin a point of the slice lies, as simplified; -1 for none. */
export function branchAt(picture: Picture, row: number, column: number): number {
  const label = picture.slice.labels[row * picture.slice.columns.length + column] ?? -1;
  return label < 0 ? -1 : (picture.simplified.heir[label] ?? -1);
}

/** Return what the field that is shown is called. */
export function fieldLabel({ data, state }: Pick<Picture, "data" | "state">): string {
  return data.fields.find((field) => field.name === state.field)?.label ?? "";
}

/** Let a pointer at a picture, and a click on it, tell what is `under` it. */
export function pointedBy(host: HTMLElement, pointing: Pointing, under: (event: MouseEvent) => Pointed | null): void {
  host.addEventListener("pointermove", (event) => pointing.hover(under(event)));
  host.addEventListener("pointerleave", () => pointing.hover(null));
  host.addEventListener("blur", () => pointing.hover(null));
  host.addEventListener("click", (event) => {
    const found = under(event);
    if (found) pointing.pin(found);
  });
}
