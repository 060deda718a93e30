/** Elements of HTML and SVG; what people have named is only ever set as text. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

const SVG = "http://www.w3.org/2000/svg";

function fill<E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

/** Return a new element; attributes that are null or false are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** Return a new element of SVG. */
export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes, children);
}

/** Return a button that calls `pressed`. */
export function button(text: string, pressed: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", pressed);
  return made;
}

/** Return a control with its label above it. */
export function field(label: string, control: HTMLElement): HTMLLabelElement {
  return element("label", { class: "field" }, label, control);
}

const offered = new WeakMap<HTMLSelectElement, string>();

/** Put options into a select, and choose one; nothing changes where they are the same. */
export function offer(select: HTMLSelectElement, options: readonly (readonly [string, string])[], chosen: string): void {
  const key = JSON.stringify(options);
  if (offered.get(select) !== key) {
    offered.set(select, key);
    select.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  }
  select.value = chosen;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Return a choice among options, which calls `chosen` with the value. */
export function choice(options: readonly Option[], value: string, chosen: (value: string) => void): HTMLSelectElement {
  const made = element("select", {}, ...options.map((one) => element("option", { value: one.value }, one.label)));
  made.value = value;
  made.addEventListener("change", () => chosen(made.value));
  return made;
}

/** Return a text in which what stands between backquotes is set as code; "95 %", "41 x 41" and "n = 5" are not broken. */
export function words(text: string): (Node | string)[] {
  const whole = (part: string) => part.replaceAll(/ (?=[%=] ?|x \d)|(?<= =|\d x) (?=\d|-)/g, "\u00a0");
  return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : whole(part)));
}
