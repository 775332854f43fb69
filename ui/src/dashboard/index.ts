/**
 * The dashboard's page, as a plugin of Voilà's front end. The file announces
 * itself as a federated extension called `vaas`; the front end then hands over
 * its shared modules and activates the plugin, which
 *
 * - shows each cell when the server says that it has run (`vaas_cell`),
 * - fetches widget libraries when they are first needed,
 * - says when the share has changed (`vaas_changed`),
 * - watches the line to the kernel.
 */

import { Cells, type Lab } from "./cells";
import { Connection } from "./connection";
import { Extensions } from "./extensions";
import { markTheme, nameControls } from "./names";
import { changed, passing } from "./notices";
import { shared, type App, type Message, type Output, type Plugin, type RenderMime, type ShareScope } from "./jupyter";
import { typesetWhenNeeded } from "./math";

let scope: ShareScope = {};

async function makePlugin(): Promise<Plugin> {
  const { IRenderMimeRegistry } = await shared<{ IRenderMimeRegistry: unknown }>(scope, "@jupyterlab/rendermime");
  const lab: Lab = {
    outputs: await shared(scope, "@jupyterlab/outputarea"),
    widgets: await shared(scope, "@lumino/widgets"),
    messaging: await shared(scope, "@lumino/messaging"),
  };
  return {
    id: "vaas:dashboard",
    autoStart: true,
    requires: [IRenderMimeRegistry],
    activate: (app: App, rendermime: RenderMime) => {
      typesetWhenNeeded(rendermime.latexTypesetter);
      void start(app, rendermime, lab);
    },
  };
}

async function start(app: App, rendermime: RenderMime, lab: Lab): Promise<void> {
  const manager = await app.widgetManagerPromise.promise;
  const extensions = new Extensions(app, scope, rendermime);
  extensions.attach(manager);
  const cells = new Cells(lab, rendermime, manager, extensions);
  manager.kernel.iopubMessage.connect((_, message) => receive(message, cells));
  new Connection(manager.kernel);
}

/** Whether the cells have run: what fails later is a callback's doing. */
let live = false;

function metadataOf(content: Message["content"]): Record<string, unknown> {
  return (content["metadata"] ?? {}) as Record<string, unknown>;
}

function receive({ header, content }: Message, cells: Cells): void {
  switch (header.msg_type) {
    case "vaas_run":
      window.vaasPhase({ name: "run", done: 0, total: content["total"] as number });
      break;
    case "vaas_cell":
      window.vaasPhase({ name: "run", done: content["done"] as number, total: content["total"] as number });
      cells.show(content["index"] as number, content["outputs"] as Output[]);
      break;
    case "vaas_ready":
      void cells.finish().then(() => {
        live = true;
        window.vaasPhase({ name: "ready" });
      });
      break;
    case "vaas_changed":
      changed();
      break;
    case "display_data":
      if (live && metadataOf(content)["vaas"] === "failed") passing("That did not work. Its author can see why.");
      break;
    case "update_display_data": {
      const transient = content["transient"] as { display_id?: string } | undefined;
      if (transient?.display_id) cells.update(transient.display_id, content["data"] as Output["data"]);
      break;
    }
  }
}

markTheme();
nameControls();
window._JUPYTERLAB ??= {};
window._JUPYTERLAB["vaas"] = {
  init(given) {
    scope = given;
  },
  async get() {
    const plugin = await makePlugin();
    return () => ({ __esModule: true, default: plugin });
  },
};
