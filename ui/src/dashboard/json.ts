/** JSON among the outputs, as a tree that opens and closes; JupyterLab's own takes half a megabyte of script. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";

const TYPE = "application/json";

class JsonRenderer extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super();
    this.addClass("jp-RenderedJSON");
  }

  async renderModel({ data, metadata }: IRenderMime.IMimeModel): Promise<void> {
    const { root = "root", expanded = false } = (metadata[TYPE] ?? metadata) as { root?: string; expanded?: boolean };
    this.node.replaceChildren(branch(root, data[TYPE], expanded ? Infinity : 1));
  }
}

/** As JupyterLab's, so that it is shown before plain text. */
export const json: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [TYPE],
  createRenderer: () => new JsonRenderer(),
};

/** A value with its name; what lies deeper than `open` is made when it is opened. */
function branch(name: string, value: unknown, open: number): HTMLElement {
  if (typeof value !== "object" || value === null) return line("div", name, JSON.stringify(value));
  const parts = Object.entries(value);
  const details = document.createElement("details");
  const fill = (): unknown => details.childElementCount === 1 && details.append(...parts.map((part) => branch(...part, open - 1)));
  details.append(line("summary", name, Array.isArray(value) ? `[${parts.length}]` : `{${parts.length}}`));
  details.addEventListener("toggle", fill);
  details.open = open > 0;
  if (details.open) fill();
  return details;
}

function line(kind: string, name: string, text: string): HTMLElement {
  const node = document.createElement(kind);
  const label = document.createElement("b");
  label.textContent = name;
  node.append(label, ` ${text}`);
  return node;
}
