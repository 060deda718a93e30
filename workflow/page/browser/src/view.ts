/** What all parts of the page share: the source of its data, and what a reader has chosen. */

import type { Page, Source } from "./payload";

/** One thing that a reader has chosen; parts listen to what they show. */
export class Value<T> {
  private readonly listeners: ((value: T) => void)[] = [];

  constructor(private current: T) {}

  get(): T {
    return this.current;
  }

  set(value: T): void {
    if (value === this.current) return;
    this.current = value;
    for (const listen of this.listeners) listen(value);
  }

  /** Call `listen` now and whenever the value changes. */
  listen(listen: (value: T) => void): void {
    this.listeners.push(listen);
    listen(this.current);
  }
}

export interface Chosen {
  readonly run: number;
  readonly member: number;
}

export interface View {
  readonly source: Source;
  readonly page: Value<Page>;
  /** Which run's sections are shown. */
  readonly run: Value<number>;
  /** The member in the explorer, null before one is chosen. */
  readonly member: Value<Chosen | null>;
  /** The member beside it, null for none. */
  readonly beside: Value<Chosen | null>;
}
