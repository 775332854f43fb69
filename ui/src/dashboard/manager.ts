/**
 * The page's half of the widgets: keeps a model for each of the kernel's, and
 * makes views of them. How is ipywidgets' own matter; what is ours is where
 * models come from: those of a notebook that has run come with the page
 * (`restore`), all others by the kernel's line.
 */

import * as base from "@jupyter-widgets/base";
import { ManagerBase, type IManagerState } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { RenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { Panel } from "@lumino/widgets";

import { inPlace, late, load, mark } from "./late";
import { NOT_SHOWN } from "./notes";
import * as output from "./output";
import type { Extensions } from "./extensions";

const ANYWIDGET = "anywidget";
export const VIEW = "application/vnd.jupyter.widget-view+json";

const OWN: Record<string, unknown> = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  "@jupyter-widgets/output": output,
};

/** Address of a large script or style that came out of a widget's state, which the server makes. */
const SOURCE = /^\/assets\/\w+\/sources\/\w+\.(js|css)$/;

/** Where in a model's state its binary parts belong, and they themselves. */
type Buffers = { path: (string | number)[]; data: string }[];

export class WidgetManager extends ManagerBase {
  /** Models that bring a script of their own. */
  private readonly bring = new Set<string>();

  constructor(
    readonly kernel: Kernel.IKernelConnection,
    readonly rendermime: RenderMimeRegistry,
    readonly extensions: Extensions,
  ) {
    super();
    kernel.registerCommTarget(this.comm_target_name, (comm, message) => this.opened(comm, message));
    rendermime.addFactory(
      { safe: false, mimeTypes: [VIEW], createRenderer: (options) => new ViewRenderer(options, this) },
      -10,
    );
  }

  /** By this name JupyterLab's own manager has it, and widgets ask for what typesets formulas. */
  get _rendermime(): RenderMimeRegistry {
    return this.rendermime;
  }

  /** Make the models that a run left, each joined to its live counterpart in the kernel. */
  async restore(saved: IManagerState): Promise<void> {
    const made = Object.entries(saved.state).map(async ([id, model]) => {
      for (const { path, data } of (model.buffers ?? []) as Buffers) put(model.state, path, bytes(data));
      const { model_name, model_module, model_module_version } = model;
      const comm = this.kernel.createComm(this.comm_target_name, id);
      const options = { model_id: id, model_name, model_module, model_module_version };
      const coming = this.new_model({ ...options, comm: new base.shims.services.Comm(comm) }, model.state);
      // What the kernel says to it meanwhile waits; the model then listens itself.
      comm.onMsg = (message) => coming.then(() => comm.onMsg(message));
      await coming;
    });
    for (const one of await Promise.allSettled(made)) if (one.status === "rejected") console.warn(one.reason);
  }

  override async _make_model(options: never, state: Record<string, unknown> = {}): Promise<base.WidgetModel> {
    const { model_id, model_module, comm } = options as { model_id: string; model_module: string; comm: base.IClassicComm };
    const value = state["_esm"];
    if (model_module !== ANYWIDGET || !isSource(value)) return super._make_model(options, state as never);
    // A whole address: anywidget takes others for a script's text.
    const address = new URL(value, location.origin).href;
    this.bring.add(model_id);
    const source = late(model_id, address, comm, this.kernel);
    // anywidget waits two seconds for a script, and then loses what the kernel says to its widget.
    const found = source ? undefined : await load(address).catch(console.warn);
    state["_esm"] = source ?? (found ? inPlace(model_id, found) : address);
    return super._make_model(options, state as never);
  }

  override async create_view<View extends base.WidgetView>(model: base.WidgetModel, options?: unknown): Promise<View> {
    const view = await super.create_view<View>(model, options);
    if (this.bring.has(model.model_id)) mark(view.el, model.model_id);
    return view;
  }

  /** Ask the kernel for all models: some were lost on their way. */
  reload(): Promise<void> {
    return this._loadFromKernel();
  }

  protected override async loadClass(name: string, module: string, _version: string): Promise<never> {
    const exports = OWN[module] ?? (await this.extensions.widgets(module));
    const found = (exports as Record<string, unknown> | undefined)?.[name];
    if (!found) throw new Error(`${module} has no ${name}`);
    reads(found as typeof base.WidgetModel, module === ANYWIDGET ? ["_css"] : ["_css", "_esm"]);
    return found as never;
  }

  override async _create_comm(
    target: string,
    id: string,
    data?: never,
    metadata?: never,
    buffers?: ArrayBuffer[] | ArrayBufferView[],
  ): Promise<base.IClassicComm> {
    const comm = this.kernel.createComm(target, id);
    if (data || metadata) comm.open(data, metadata, buffers);
    return new base.shims.services.Comm(comm);
  }

  override async _get_comm_info(): Promise<Record<string, unknown>> {
    const reply = await this.kernel.requestCommInfo({ target_name: this.comm_target_name });
    return reply.content.status === "ok" ? reply.content.comms : {};
  }

  private async opened(comm: Kernel.IComm, message: KernelMessage.ICommOpenMsg): Promise<void> {
    await this.handle_comm_open(new base.shims.services.Comm(comm), message as never).catch(console.warn);
  }
}

/** A widget among a cell's outputs. */
class ViewRenderer extends Panel implements IRenderMime.IRenderer {
  private readonly mimeType: string;

  constructor(
    options: IRenderMime.IRendererOptions,
    private readonly manager: WidgetManager,
  ) {
    super();
    this.mimeType = options.mimeType;
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { model_id: id } = model.data[this.mimeType] as { model_id: string };
    if (!id) return this.hide();
    try {
      const view = await this.manager.create_view<base.DOMWidgetView>(await this.manager.get_model(id));
      this.addWidget(view.luminoWidget);
      view.luminoWidget.disposed.connect(() => this.hide());
    } catch (error) {
      console.warn("a widget could not be shown", error);
      this.node.textContent = NOT_SHOWN;
    }
  }
}

function isSource(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return SOURCE.test(value.startsWith(location.origin) ? value.slice(location.origin.length) : value);
}

/**
 * Let models of a class have texts where the server gave addresses, whenever they come.
 * anywidget reads scripts from addresses itself; a style it could not exchange for another.
 */
function reads(model: typeof base.WidgetModel, names: string[]): void {
  if (!("_deserialize_state" in model)) return; // a view's class
  const text = { deserialize: (value: unknown) => (isSource(value) ? fetched(value) : value) };
  model.serializers = { ...Object.fromEntries(names.map((name) => [name, text])), ...model.serializers };
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(new URL(address, location.origin).pathname);
  if (!answer.ok) console.warn(`${address} is gone`);
  return answer.ok ? answer.text() : "";
}

function bytes(base64: string): DataView {
  return new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

function put(state: unknown, path: (string | number)[], value: unknown): void {
  let place = state as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as typeof place;
  place[path[path.length - 1] as string] = value;
}
