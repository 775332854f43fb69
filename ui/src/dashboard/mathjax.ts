/** MathJax, as JupyterLab sets it up, drawing SVG: so it needs no fonts of its own. */

import { browserAdaptor } from "mathjax-full/js/adaptors/browserAdaptor.js";
import { AssistiveMmlHandler, type AssistiveMmlMathDocument } from "mathjax-full/js/a11y/assistive-mml.js";
import { RegisterHTMLHandler } from "mathjax-full/js/handlers/html.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import { AllPackages } from "mathjax-full/js/input/tex/AllPackages.js";
import { mathjax } from "mathjax-full/js/mathjax.js";
import { SVG } from "mathjax-full/js/output/svg.js";
import { SafeHandler } from "mathjax-full/js/ui/safe/SafeHandler.js";

SafeHandler(AssistiveMmlHandler(RegisterHTMLHandler(browserAdaptor())));

const page = mathjax.document(document, {
  InputJax: new TeX({
    packages: AllPackages.filter((name) => name !== "require" && name !== "autoload"),
    inlineMath: [["$", "$"], ["\\(", "\\)"]],
    displayMath: [["$$", "$$"], ["\\[", "\\]"]],
    processEscapes: true,
    processEnvironments: true,
  }),
  OutputJax: new SVG({ fontCache: "local" }),
  ignoreHtmlClass: "tex2jax_ignore|mathjax_ignore",
  processHtmlClass: "tex2jax_process|mathjax_process",
});

/** Replace the formulas in a node's text, each beside MathML for who does not see it. */
export function typeset(node: HTMLElement): void {
  page.options.elements = [node];
  page.clear().findMath({ elements: [node] }).compile().getMetrics().typeset();
  (page as AssistiveMmlMathDocument<unknown, unknown, unknown>).assistiveMml().updateDocument();
  page.clear();
}
