/** Which rows of a table are shown, and in which order. */

import { exact, formatNumber } from "./format";
import type { Cell, Table } from "./payload";

export const TESTS = ["=", "≠", "≥", "≤", "contains"] as const;
export type Test = (typeof TESTS)[number];

/** What a column's value must be. */
export interface Condition {
  readonly column: number;
  readonly test: Test;
  readonly value: string;
}

export interface Order {
  readonly column: number;
  readonly falling: boolean;
}

function contains(cell: Cell, text: string): boolean {
  return exact(cell).toLowerCase().includes(text) || formatNumber(cell).toLowerCase().includes(text);
}

/** Whether a cell is what was typed: as the page writes it, in full, or as the same number. */
function equals(cell: Cell, text: string): boolean {
  const typed = text.trim();
  if (typeof cell === "number" && typed !== "" && Number(typed) === cell) return true;
  return exact(cell) === typed || formatNumber(cell) === typed;
}

function holds(cell: Cell, { test, value }: Condition): boolean {
  if (test === "=") return equals(cell, value);
  if (test === "≠") return !equals(cell, value);
  if (test === "contains") return contains(cell, value.toLowerCase());
  const bound = Number(value);
  if (typeof cell !== "number") return false; // neither missing nor not finite is above or below
  return test === "≥" ? cell >= bound : cell <= bound;
}

const texts = new Intl.Collator("en", { numeric: true });

/** Compare two cells: numbers, then texts, in rising or falling order; what is missing comes last in both. */
export function compare(a: Cell, b: Cell, falling: boolean): number {
  const rank = (cell: Cell) => (typeof cell === "number" ? 0 : typeof cell === "string" ? 1 : 2);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const order = typeof a === "number" ? a - (b as number) : texts.compare(a ?? "", (b as string) ?? "");
  return falling ? -order : order;
}

/** Return the indices of the rows that contain a text in a shown column and meet all conditions, in order. */
export function shownRows(
  table: Table,
  columns: readonly number[],
  text: string,
  conditions: readonly Condition[],
  order: Order | null,
): number[] {
  const sought = text.trim().toLowerCase();
  const found: number[] = [];
  table.rows.forEach((row, index) => {
    if (sought && !columns.some((column) => contains(row[column], sought))) return;
    if (conditions.every((condition) => holds(row[condition.column], condition))) found.push(index);
  });
  if (order) {
    const at = (index: number) => table.rows[index][order.column];
    found.sort((a, b) => compare(at(a), at(b), order.falling) || a - b);
  }
  return found;
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Return rows as comma-separated values with a line of the columns' names; numbers have all their digits. */
export function csv(table: Table, columns: readonly number[], rows: readonly number[]): string {
  const lines = [columns.map((column) => quoted(table.columns[column].name))];
  for (const row of rows) lines.push(columns.map((column) => quoted(exact(table.rows[row][column]))));
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}
