/** Scripts among a notebook's outputs: what is wrong with one stands in the console, not on the page. */

import { rendererFactory } from "@jupyterlab/javascript-extension";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";

export const scripts: IRenderMime.IRendererFactory = {
  ...rendererFactory,
  createRenderer(options) {
    const made = rendererFactory.createRenderer(options);
    const render = made.renderModel.bind(made);
    made.renderModel = (model) =>
      render(model).catch((error: unknown) => {
        console.warn("a script of the notebook failed", error);
        const note = document.createElement("p");
        note.className = "vaas-note";
        note.lang = "en";
        note.textContent = "This part of the dashboard could not be shown.";
        made.node.append(note);
      });
    return made;
  },
};
