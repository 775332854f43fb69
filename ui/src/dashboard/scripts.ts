/** Scripts among a notebook's outputs: what is wrong with one stands in the console, not on the page. */

import { rendererFactory } from "@jupyterlab/javascript-extension";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";

import { NOT_SHOWN, note } from "./notes";

export const scripts: IRenderMime.IRendererFactory = {
  ...rendererFactory,
  createRenderer(options) {
    const made = rendererFactory.createRenderer(options);
    const render = made.renderModel.bind(made);
    made.renderModel = (model) =>
      render(model).catch((error: unknown) => {
        console.warn("a script of the notebook failed", error);
        made.node.append(note(NOT_SHOWN));
      });
    return made;
  },
};
