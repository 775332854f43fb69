/**
 * The dashboard's page. It opens the line to the kernel and
 *
 * - makes the widgets that the notebook's run left (`widgets`), or that come by the line,
 * - shows each cell when the server says that it has run (`vaas_cell`),
 * - fetches widget libraries when they are first needed,
 * - says where it stands in the line for a kernel (`vaas_line`),
 * - says when the share has changed (`vaas_changed`), and who is editing its notebook (`vaas_editing`),
 * - watches the line.
 *
 * Jupyter's own parts do the work: its kernel connection, widget manager,
 * widgets and output areas, without JupyterLab around them.
 */

import type { IManagerState } from "@jupyter-widgets/base-manager";
import type { IOutput } from "@jupyterlab/nbformat";
import { RenderMimeRegistry, standardRendererFactories } from "@jupyterlab/rendermime";
import { CommsOverSubshells, type KernelMessage, ServerConnection } from "@jupyterlab/services";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";

import { Cells } from "./cells";
import { readConfig } from "./config";
import { Connection } from "./connection";
import { Line } from "./early";
import { tellIfEmpty } from "./empty";
import { Extensions } from "./extensions";
import { tellBlockedFrames } from "./frames";
import { awaitIcons } from "./icons";
import { json } from "./json";
import { WidgetManager } from "./manager";
import { typesetter } from "./math";
import { scripts } from "./scripts";
import { markTheme, nameControls } from "./names";
import { changed, editing, passing } from "./notices";
import { leadStyles } from "./order";

const config = readConfig();

/** Outputs are the notebook's own, as trusted as the page that it makes. */
const unchanged = { sanitize: (html: string) => html };
/** Few notebooks display any. */
const markdown = { render: async (text: string) => (await import("later/markdown")).render(text) };

async function start(): Promise<void> {
  const rendermime = new RenderMimeRegistry({
    initialFactories: standardRendererFactories,
    latexTypesetter: typesetter,
    markdownParser: markdown,
    sanitizer: unchanged,
  });
  rendermime.addFactory(scripts, 0);
  rendermime.addFactory(json, 0);
  for (const text of document.querySelectorAll<HTMLElement>(".jp-RenderedMarkdown")) typesetter.typeset(text);
  // Before the line is opened, so that nothing of it comes for a widget that is not there yet.
  const saved = config.widgets ? await savedWidgets() : undefined;
  const kernel = connect(config.still ? Silence : Line);
  const manager = new WidgetManager(kernel, rendermime, new Extensions(config.extensions, config.libraries, rendermime, config.session));
  const cells = new Cells(rendermime, manager);
  kernel.iopubMessage.connect((_, message) => receive(message, cells));
  if (saved) void manager.restore(saved);
  if (config.still) await (await import("later/still")).hand(cells, config.still);
  else new Connection(kernel);
}

async function savedWidgets(): Promise<IManagerState | undefined> {
  const answer = await fetch(`/api/v1/sessions/${config.session}/widgets`).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as IManagerState) : undefined;
}

/** A line on which nothing comes or goes: widgets are as they were left. */
class Silence extends EventTarget {
  readonly readyState = WebSocket.CONNECTING;
  send(): void {}
  close(): void {}
}

function connect(line: unknown): KernelConnection {
  const baseUrl = `${location.origin}/`;
  const serverSettings = ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace(/^http/, "ws"),
    appendToken: false,
    WebSocket: line as typeof WebSocket,
  });
  return new KernelConnection({
    model: { id: config.session, name: "python3" },
    serverSettings,
    commsOverSubshells: CommsOverSubshells.Disabled,
  });
}

/** Whether the cells have run: what fails later is a callback's doing. */
let live = false;

function receive({ header, content }: KernelMessage.IIOPubMessage, cells: Cells): void {
  const told = content as Record<string, unknown>;
  switch (header.msg_type as string) {
    case "vaas_line": {
      const { number, passed } = told as { number: number; passed: number };
      window.vaasPhase(number ? { name: "line", done: passed, total: number } : { name: "environment" });
      break;
    }
    case "vaas_run":
      window.vaasPhase({ name: "run", done: 0, total: told["total"] as number });
      break;
    case "vaas_cell":
      window.vaasPhase({ name: "run", done: told["done"] as number, total: told["total"] as number });
      cells.show(told["index"] as number, told["outputs"] as IOutput[]);
      break;
    case "vaas_ready":
      void cells.finish().then(() => {
        live = true;
        tellIfEmpty();
        window.vaasPhase({ name: "ready" });
      });
      break;
    case "vaas_changed":
      changed();
      break;
    case "vaas_editing":
      editing(told["who"] as string);
      break;
    case "display_data":
      if (live && (told["metadata"] as Record<string, unknown> | undefined)?.["vaas"] === "failed") {
        passing("That did not work. Its author can see why.");
      }
      break;
    case "update_display_data": {
      const transient = told["transient"] as { display_id?: string } | undefined;
      if (transient?.display_id) cells.update(transient.display_id, told);
      break;
    }
  }
}

// First, as it asks for a colour, which has the page's looks worked out anew once a style sheet moves.
markTheme();
leadStyles();
nameControls();
awaitIcons();
tellBlockedFrames();
void start();
