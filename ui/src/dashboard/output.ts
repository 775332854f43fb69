/**
 * The Output widget: what a callback prints or displays inside of it comes as
 * messages that answer the viewer's own, and is caught here on its way.
 */

import { JupyterLuminoPanelWidget } from "@jupyter-widgets/base";
import * as outputBase from "@jupyter-widgets/output";
import { OutputArea, OutputAreaModel } from "@jupyterlab/outputarea";
import type { KernelMessage } from "@jupyterlab/services";
import $ from "jquery";

import type { WidgetManager } from "./manager";

const SHOWN = ["execute_result", "display_data", "stream", "error"];

export const OUTPUT_WIDGET_VERSION = outputBase.OUTPUT_WIDGET_VERSION;

export class OutputModel extends outputBase.OutputModel {
  declare widget_manager: WidgetManager;
  // Declared only: `initialize` is called before fields of ours would be set.
  declare private shown: OutputAreaModel;
  declare private hook: (message: KernelMessage.IIOPubMessage) => boolean;

  override defaults(): Record<string, unknown> {
    return { ...super.defaults(), msg_id: "", outputs: [] };
  }

  override initialize(attributes: never, options: never): void {
    super.initialize(attributes, options);
    this.shown = new OutputAreaModel({ trusted: true });
    this.hook = (message) => {
      this.catch(message);
      return false;
    };
    this.listenTo(this, "change:msg_id", () => this.listen());
    this.listenTo(this, "change:outputs", (_model, _value, { caught = false } = {}) => {
      if (!caught) this.show();
    });
    this.listen();
    this.show();
  }

  get outputs(): OutputAreaModel {
    return this.shown;
  }

  private listen(): void {
    const { kernel } = this.widget_manager;
    const old = this.previous("msg_id") as string;
    if (old) kernel.removeMessageHook(old, this.hook);
    const now = this.get("msg_id") as string;
    if (now) kernel.registerMessageHook(now, this.hook);
  }

  private catch(message: KernelMessage.IIOPubMessage): void {
    const kind = message.header.msg_type;
    if (kind === "clear_output") this.shown.clear((message.content as { wait: boolean }).wait);
    else if (SHOWN.includes(kind)) this.shown.add({ ...message.content, output_type: kind } as never);
    else return;
    this.set("outputs", this.shown.toJSON(), { caught: true } as never);
    this.save_changes();
  }

  private show(): void {
    this.shown.clear();
    this.shown.fromJSON(structuredClone(this.get("outputs")) as never);
  }
}

export class OutputView extends outputBase.OutputView {
  private area: OutputArea | undefined;

  override _createElement(): HTMLElement {
    this.luminoWidget = new JupyterLuminoPanelWidget({ view: this });
    return this.luminoWidget.node;
  }

  override _setElement(element: HTMLElement): void {
    if (this.el || element !== this.luminoWidget.node) throw new Error("an Output keeps its element");
    this.el = this.luminoWidget.node;
    this.$el = $(this.el);
  }

  override render(): void {
    super.render();
    const model = this.model as OutputModel;
    this.area = new OutputArea({ rendermime: model.widget_manager.rendermime, model: model.outputs });
    (this.luminoWidget as JupyterLuminoPanelWidget).insertWidget(0, this.area);
    this.luminoWidget.addClass("jupyter-widgets");
    this.luminoWidget.addClass("widget-output");
    this.update();
  }

  override remove(): void {
    this.area?.dispose();
    super.remove();
  }
}
