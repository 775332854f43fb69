/** Formulas: MathJax is a megabyte of script, so it waits for the first text that may hold one. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";

/** What MathJax takes for a formula's beginning, as JupyterLab configures it. */
const FORMULA = /\$|\\\(|\\\[|\\begin\{/;

export const typesetter: IRenderMime.ILatexTypesetter = {
  typeset(node) {
    if (!FORMULA.test(node.textContent ?? "")) return;
    void import("later/mathjax").then(({ typeset }) => typeset(node));
  },
};
