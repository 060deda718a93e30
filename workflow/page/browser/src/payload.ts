/** What a page is made of, as `page/content.py` and `page/members.py` write it. */

/** A number of a table; JSON has no NaN and infinities, so they are texts; null is missing. */
export type Cell = number | string | null;

export interface Column {
  readonly name: string;
  /** What people read above the column. */
  readonly label: string;
  /** One sentence on what the number is; empty where the name says it. */
  readonly description: string;
  readonly kind: "number" | "name";
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A member of the sweep: one landscape. */
export interface Member {
  readonly index: number;
  /** Its coordinates on the sweep's axes. */
  readonly coords: Readonly<Record<string, Cell>>;
  /** Such as "beta = 1, seed = 0". */
  readonly label: string;
  readonly state: "finished" | "partial" | "empty" | "failed";
  /** The share of the grid's points that are evaluated, 0 to 1. */
  readonly done: number;
  /** Why it failed, in one sentence; empty otherwise. */
  readonly failure: string;
}

/** A sentence of the answer; `strength` orders them. */
export interface Sentence {
  readonly text: string;
  readonly rank: "first" | "answer" | "warning" | "note";
}

/** A rank correlation under every choice of analysis, from `landsweep robust`. */
export interface Curve {
  readonly metric: string;
  readonly axis: string;
  readonly sentence: string;
  /** One entry a specification, in the order of the estimates. */
  readonly specifications: readonly { readonly estimate: Cell; readonly choices: Readonly<Record<string, string>> }[];
}

export interface Provenance {
  /** Rows of a name and a text, such as "host", "versions of torch". */
  readonly facts: readonly (readonly [string, string])[];
  readonly commands: readonly string[];
  /** The methods paragraph, as `landsweep methods` prints it. */
  readonly methods: string;
  readonly bibtex: string;
}

/** A stage and how far it is. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  readonly failed: number;
}

export interface RunPage {
  readonly name: string;
  readonly path: string;
  /** "finished", "running" (a live process holds it), or "unfinished". */
  readonly state: string;
  readonly progress: readonly Progress[];
  /** Points evaluated a second and the expected end as texts, and jobs of the batch system, while it runs. */
  readonly live: { readonly rate: string; readonly end: string; readonly jobs: readonly string[] } | null;
  readonly answer: readonly Sentence[];
  readonly table: Table;
  /** One row a relation; has columns metric, against, estimate, low, high, p_holm, n_models, sentence. */
  readonly relations: Table;
  readonly curves: readonly Curve[];
  readonly provenance: Provenance;
  /** The sweep's axes with their values. */
  readonly axes: Readonly<Record<string, readonly Cell[]>>;
  readonly members: readonly Member[];
}

export interface Page {
  /** The version of landsweep that wrote it. */
  readonly version: string;
  readonly live: boolean;
  readonly runs: readonly RunPage[];
}

/** One axis of a landscape: all coordinates of its grid, in order. */
export interface GridAxis {
  readonly name: string;
  readonly coordinates: Float64Array;
}

/** A tree as its branches, by falling persistence; branch 0 is that of the global minimum. */
export interface Branches {
  readonly n: number;
  /** Values of the minima, and of the saddles at which the branches end: +inf for the first of each component. */
  readonly birth: Float64Array;
  readonly death: Float64Array;
  /** The branch that each joins at its death, -1 for none. */
  readonly parent: Int32Array;
  /** Coordinates alpha of minima and saddles, n x d in C order; NaN where there is none. */
  readonly minimum: Float64Array;
  readonly saddle: Float64Array;
  /** The number of grid points of each branch's own basin; -1 where it is not known. */
  readonly volume: Float64Array;
  /** 1 for what resolving has found to be an artefact of the grid, 2 for what it could not resolve, 0 otherwise. */
  readonly mark: Uint8Array;
}

export interface Representation {
  readonly name: string;
  readonly label: string;
  readonly branches: Branches;
  /** How many branches there are; `branches` may hold the most persistent only. */
  readonly total: number;
  /** Whether slices have labels of basins. */
  readonly labelled: boolean;
}

export interface MemberData {
  readonly run: number;
  readonly index: number;
  readonly axes: readonly GridAxis[];
  /** Fields that slices can show: the loss and others evaluated at each point. */
  readonly fields: readonly { readonly name: string; readonly label: string }[];
  readonly representations: readonly Representation[];
  /** Every how many-th point of each axis a slice holds; all 1 where slices are whole. */
  readonly strides: readonly number[];
  /** Lowest and highest finite value of each field on the whole grid. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  /** The best point of the whole grid as indices, where sliders begin. */
  readonly start: readonly number[];
  /** Why slices do not hold every point, or why something is missing; each a sentence. */
  readonly notes: readonly string[];
}

/** A plane of a grid: `vertical` is the axis of its rows, `horizontal` that of its columns; of a 1-D grid both are 0. */
export interface SliceRequest {
  readonly run: number;
  readonly member: number;
  readonly field: string;
  readonly representation: string;
  readonly vertical: number;
  readonly horizontal: number;
  /** An index of the whole grid for each axis; those of the plane's axes do not matter. */
  readonly at: readonly number[];
}

export interface Slice {
  /** Indices of the whole grid along the two axes; a 1-D grid is one row, number 0. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Rows x columns in C order; NaN where nothing is evaluated, or the value is not finite. */
  readonly values: Float64Array;
  /** The branch in whose basin each point lies, -1 for none; empty without labels. */
  readonly labels: Int32Array;
}

/** Where the page's data come from: the page itself, or a server. */
export interface Source {
  page(): Promise<Page>;
  member(run: number, member: number): Promise<MemberData>;
  slice(request: SliceRequest): Promise<Slice>;
  /** Call `changed` when something of the runs has changed, with the new page; never where nothing can change. */
  watch(changed: (page: Page) => void): void;
}
