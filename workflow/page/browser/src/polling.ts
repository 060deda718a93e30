/** Asks a server again and again what has changed: seldom, one question at a time, and not while nobody looks. */

import type { Page } from "./payload";

const POLL_MILLISECONDS = 2000;
const SILENT_MILLISECONDS = 5000; // after a question without an answer

/** Return a page with a sentence before all others of each of its runs. */
function warned(page: Page, text: string): Page {
  const first = { text, rank: "warning" } as const;
  const runs = page.runs.map((run) => ({ ...run, live: null, answer: [first, ...run.answer] }));
  return { ...page, runs };
}

/** What a server says of its runs, and by which tag it knows that this is still so. */
export class Polling {
  private tag = "";
  private known: Page | null = null;

  constructor(private readonly url: URL) {}

  /** Return the page as the server has it now, null where it has not changed since the last time. */
  async ask(): Promise<Page | null> {
    const headers: Record<string, string> = this.tag ? { "If-None-Match": this.tag } : {};
    const answer = await fetch(this.url, { credentials: "same-origin", headers });
    if (answer.status === 304) {
      await answer.text(); // empty; unread, it would count as broken off
      return null;
    }
    if (!answer.ok) throw new Error(await answer.text());
    this.known = (await answer.json()) as Page;
    this.tag = answer.headers.get("ETag") ?? "";
    return this.known;
  }

  /** Call `changed` whenever the server has something new, or is silent. */
  follow(changed: (page: Page) => void): void {
    let timer = 0;
    let asking = false;
    let said = "";
    const later = (milliseconds: number) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(again, milliseconds);
    };
    const again = async () => {
      if (asking || document.hidden) return;
      asking = true;
      try {
        const page = await this.ask();
        if (page) changed(page);
        said = "";
        later(POLL_MILLISECONDS);
      } catch (error) {
        this.tag = ""; // what comes after the silence is news
        const silent = error instanceof TypeError; // of fetch: nobody answers
        const why = silent ? "`landsweep serve` does not answer any more." : String((error as Error).message);
        if (this.known && why !== said) changed(warned(this.known, `${why} What you see was read last.`));
        said = why;
        later(SILENT_MILLISECONDS);
      } finally {
        asking = false;
      }
    };
    document.addEventListener("visibilitychange", again);
    later(POLL_MILLISECONDS);
  }
}
