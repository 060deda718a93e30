import type { View } from "./view";

/** Show this section in `host`. */
export function mountProvenance(host: HTMLElement, view: View): void {
  view.run.listen(() => host.replaceChildren());
}
