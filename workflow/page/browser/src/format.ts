/** How values are written on the page: alike everywhere. */

import type { Cell } from "./payload";

export const MISSING = "–";
export const NOT_FINITE = "not finite";

const DIGITS = 4;
const SMALLEST = 1e-4; // below this, and from LARGEST on, a number is written with an exponent
const LARGEST = 1e6;
const BEYOND_FLOATS = /^[+-]?(nan|inf|infinity)$/i;

/** Whether a text of JSON stands for NaN or an infinity. */
function beyondFloats(text: string): boolean {
  return BEYOND_FLOATS.test(text);
}

/** Return a cell's number; NaN for what is missing, a text or not finite. */
export function numberOf(value: Cell): number {
  return typeof value === "number" ? value : Number.NaN;
}

function withoutZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

/** Return a number with 4 significant digits, an integer in full, "not finite", or "–" for what is missing. */
export function formatNumber(value: Cell): string {
  if (value === null) return MISSING;
  if (typeof value === "string") return beyondFloats(value) ? NOT_FINITE : value;
  if (!Number.isFinite(value)) return NOT_FINITE;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < Number.MAX_SAFE_INTEGER) return String(value);
  if (size >= SMALLEST && size < LARGEST) return withoutZeros(String(Number(value.toPrecision(DIGITS))));
  const [digits, exponent] = value.toExponential(DIGITS - 1).split("e");
  return `${withoutZeros(digits)}e${Number(exponent)}`;
}

/** Return a cell in full, as a program reads it: all digits of a number, nothing for what is missing. */
export function exact(value: Cell): string {
  return value === null ? "" : String(value);
}

/** Return a share of 0 to 1 in percent; neither 0 % nor 100 % unless it is exactly that. */
export function formatShare(share: number): string {
  if (!(share > 0)) return "0 %";
  if (share >= 1) return "100 %";
  return `${Math.min(99, Math.max(1, Math.round(100 * share)))} %`;
}

/** Return "1 member", "2 members". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
