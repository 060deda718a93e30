/** Members and slices from the page's source; what was asked for last is kept. */

import type { Member, MemberData, Page, Slice, SliceRequest, Source } from "../payload";
import type { Chosen } from "../view";

/** What is shown of a member, or why nothing is. */
export type Found = { readonly title: string } & ({ readonly data: MemberData } | { readonly failure: string });

function titleOf(page: Page, member: Member, run: number): string {
  return page.runs.length > 1 ? `${page.runs[run].name}: ${member.label}` : member.label;
}

/** Return the members of all runs as options of a select. */
export function choices(page: Page): [string, string][] {
  return page.runs.flatMap((run, r) =>
    run.members.map((member): [string, string] => {
      const state = member.state === "partial" ? `${Math.floor(100 * member.done)} %` : member.state;
      const more = member.state === "finished" ? "" : ` (${state})`;
      return [`${r}.${member.index}`, `${titleOf(page, member, r)}${more}`];
    }),
  );
}

/** Return the first member of a run that has a landscape, else its first; null for a run without members. */
export function firstOf(page: Page, run: number): Chosen | null {
  const members = page.runs[run]?.members ?? [];
  const found = members.find(({ state }) => state === "finished") ?? members.find(({ done }) => done > 0) ?? members[0];
  return found ? { run, member: found.index } : null;
}

export class Loading {
  private readonly members = new Map<string, Promise<MemberData>>();
  private readonly slices = new Map<string, Promise<Slice>>();

  constructor(private readonly source: Source) {}

  async member(page: Page, chosen: Chosen): Promise<Found> {
    const member = page.runs[chosen.run]?.members.find(({ index }) => index === chosen.member);
    if (!member) {
      const failure = `The page has no member ${chosen.member} of run ${chosen.run}: choose one above.`;
      return { title: `Member ${chosen.member}`, failure };
    }
    const title = titleOf(page, member, chosen.run);
    // Of a finished member a later stage may have failed.
    const what = member.state === "failed" ? "This member failed" : "A stage of this member failed";
    const failed = member.failure ? `${what}: ${member.failure}` : "";
    if (!(member.done > 0)) return { title, failure: failed || "No point of this member is evaluated yet." };
    try {
      const data = await this.once(this.members, this.stamp(page, chosen), () =>
        this.source.member(chosen.run, chosen.member),
      );
      if (failed && !Object.keys(data.ranges).length) return { title, failure: failed };
      return { title, data: failed ? { ...data, notes: [failed, ...data.notes] } : data };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { title, failure: failed || why };
    }
  }

  slice(page: Page, request: SliceRequest): Promise<Slice> {
    const stamp = this.stamp(page, { run: request.run, member: request.member });
    return this.once(this.slices, `${stamp} ${JSON.stringify(request)}`, () => this.source.slice(request));
  }

  /** A name for a member as it is now: a live one changes. */
  private stamp(page: Page, { run, member }: Chosen): string {
    const found = page.runs[run]?.members.find(({ index }) => index === member);
    const stages = page.live ? page.runs[run].progress.map(({ done }) => done).join(",") : "";
    return `${run}.${member} ${found?.state} ${found?.done} ${stages}`;
  }

  private once<T>(kept: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
    const found = kept.get(key);
    if (found) return found;
    if (kept.size >= 4) kept.delete(kept.keys().next().value as string); // two of now and two of before
    const made = load();
    kept.set(key, made);
    made.catch(() => kept.delete(key));
    return made;
  }
}
