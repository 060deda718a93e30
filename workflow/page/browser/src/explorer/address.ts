/** The explorer's state in the part of the page's address after "#", so that a view can be shared and "back" works. */

import { read, written, type State } from "./state";

/** Browsers refuse more than a few changes of the address a second, and say so in the console. */
const WAIT = 400;

export class Address {
  private last = "";
  private waiting: number | undefined;

  /** Call `changed` when a reader goes back, or enters another address; other parts of an address are left alone. */
  constructor(changed: (state: State | null) => void) {
    addEventListener("popstate", () => {
      const state = read(location.hash);
      if (!state && location.hash.length > 1) return; // a link to a section
      clearTimeout(this.waiting); // what is not written yet is of the view that is left
      this.last = location.hash.slice(1);
      changed(state);
    });
  }

  /** The state that the address says, null where it says none. */
  first(): State | null {
    const state = read(location.hash);
    if (state) this.last = location.hash.slice(1);
    return state;
  }

  /** Write a state: as a step of the history, or after a while in place of the last. */
  write(state: State, step: boolean): void {
    clearTimeout(this.waiting);
    if (step) this.put(written(state), true);
    else this.waiting = setTimeout(() => this.put(written(state), false), WAIT);
  }

  private put(text: string, step: boolean): void {
    if (text === this.last) return;
    this.last = text;
    try {
      if (step) history.pushState(null, "", `#${text}`);
      else history.replaceState(null, "", `#${text}`);
    } catch (error) {
      // A page within a notebook has no address of its own.
      if (!(error instanceof DOMException)) throw error;
    }
  }
}
