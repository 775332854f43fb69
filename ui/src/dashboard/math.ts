/**
 * Voilà's front end sets up MathJax on every page, a megabyte of script, even
 * for one without a formula. Here it waits for the first text that may hold one.
 */

import type { Typesetter } from "./jupyter";

/** What MathJax takes for a formula's beginning, as JupyterLab configures it. */
const FORMULA = /\$|\\\(|\\\[|\\begin\{/;

export function typesetWhenNeeded(typesetter: Typesetter | null): void {
  if (!typesetter) return;
  const typeset = typesetter.typeset.bind(typesetter);
  typesetter.typeset = (node) => (FORMULA.test(node.textContent ?? "") ? typeset(node) : undefined);
}
