/** What a page says of a notebook that shows nothing, as blank paper looks like a fault. */

import { note } from "./notes";

/** Say so, if there is neither an output nor a word. */
export function tellIfEmpty(): void {
  const dashboard = document.getElementById("dashboard");
  if (!dashboard || dashboard.querySelector(".lm-Widget, img, svg") || dashboard.innerText.trim()) return;
  dashboard.append(note("This notebook has run, and shows nothing."));
}
