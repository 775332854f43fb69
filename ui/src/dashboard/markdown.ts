/** Markdown among the outputs; that of the notebook's own cells comes as HTML. */

import { marked } from "marked";

/** HTML of a text; what stands in it is as trusted as the page. */
export function render(text: string): string {
  return marked.parse(text, { async: false });
}
