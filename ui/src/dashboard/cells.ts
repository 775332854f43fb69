/**
 * The places of the code cells: filled one by one as the server tells of them. What
 * was painted with the page stays until the live outputs can be seen, and for good if
 * those are the same.
 */

import type { IOutput } from "@jupyterlab/nbformat";
import { OutputAreaModel, SimplifiedOutputArea } from "@jupyterlab/outputarea";
import type { RenderMimeRegistry } from "@jupyterlab/rendermime";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";

import { done } from "./again";
import { adopt, handOver, isSame } from "./handover";
import { LIVE, uncovered } from "./late";
import { VIEW, type WidgetManager } from "./manager";
import { alike, decoded, settled } from "./settled";

const TAKES_OVER_WITHIN_MS = 4000;
/** Charts draw anew a tenth of a second after they learned their place's width. */
const CALM_FRAMES = 8;
const CALM_FRAMES_ALIKE = 2;
const DRAWN = "canvas, iframe, img, svg";

const MODEL_WAIT_MS = 10_000;
const ASK_AGAIN_MS = 2000;

export class Cells {
  private readonly areas = new Map<number, Widget>();
  private readonly displays = new Map<string, [OutputAreaModel, number][]>();
  private readonly observer: ResizeObserver;
  private readonly comings: Promise<void>[] = [];
  private order: Promise<void> = Promise.resolve();
  private announced = 0;
  private reloaded: Promise<void> | undefined;

  constructor(
    private readonly rendermime: RenderMimeRegistry,
    private readonly manager: WidgetManager,
  ) {
    window.addEventListener("resize", () => this.resized());
    this.observer = new ResizeObserver(() => this.announce());
  }

  /** Show a cell's outputs; cells are shown in the order in which they are told. */
  show(index: number, outputs: IOutput[]): void {
    this.queue(() => this.fill(index, outputs));
  }

  /** Wait until the live outputs of all cells told so far are what one sees. */
  async shown(): Promise<void> {
    await this.order;
    await Promise.all(this.comings);
  }

  /** Cells after a failing one are not run: their places go. */
  async finish(): Promise<void> {
    await this.shown();
    document.querySelectorAll(".vaas-cell[aria-busy]").forEach((one) => one.remove());
    window.vaasUsed = undefined;
    void uncovered().then(() => document.querySelectorAll(".vaas-still-style").forEach((one) => one.remove()));
  }

  /** `update_display` of a displayed object, whichever cells show it, or will. */
  update(displayId: string, { data, metadata }: Record<string, unknown>): void {
    this.queue(() => {
      const output = { output_type: "display_data", data, metadata: metadata ?? {} };
      for (const [model, position] of this.displays.get(displayId) ?? []) model.set(position, output as never);
    });
  }

  /** Do something when all before it is done. */
  private queue(work: () => void | Promise<void>): void {
    this.order = this.order.then(work).catch((error: unknown) => {
      console.warn("an output could not be shown", error);
    });
  }

  private async fill(index: number, outputs: IOutput[]): Promise<void> {
    const cell = document.querySelector<HTMLElement>(`.vaas-cell[data-cell="${index}"]`);
    if (!cell) return;
    cell.removeAttribute("aria-busy");
    const painted = [...cell.querySelectorAll<HTMLElement>(":scope > .vaas-painted")];
    // Told anew where a notebook runs once more, in a kernel of the viewer's own.
    this.areas.get(index)?.dispose();
    this.areas.delete(index);
    if (outputs.length === 0) return goLive(cell, painted);
    await this.manager.extensions.forOutputs(outputs);
    const model = new OutputAreaModel({ trusted: true });
    const area = this.attach(index, model, cell);
    const height = Math.max(0, ...painted.map((one) => one.offsetHeight));
    cell.classList.toggle("vaas-coming", painted.length > 0);
    if (height) cell.style.minHeight = `${height}px`;
    for (const output of outputs) {
      await this.modelOf(output);
      const position = model.add(output) - 1;
      const id = (output["transient"] as { display_id?: string } | undefined)?.display_id;
      if (id) this.displays.set(id, [...(this.displays.get(id) ?? []), [model, position]]);
    }
    if (painted.length > 0) this.comings.push(this.takeOver(cell, painted, area, height, outputs.every(isInert)));
  }

  private attach(index: number, model: OutputAreaModel, cell: HTMLElement): SimplifiedOutputArea {
    const area = new SimplifiedOutputArea({ model, rendermime: this.rendermime });
    Widget.attach(area, cell);
    this.areas.set(index, area);
    this.observer.observe(area.node);
    return area;
  }

  /** Live outputs take the place of painted ones between two frames, if they act or are others. */
  private async takeOver(
    cell: HTMLElement,
    painted: HTMLElement[],
    area: SimplifiedOutputArea,
    height: number,
    inert: boolean,
  ): Promise<void> {
    await drawn(cell, area.node, height);
    const seen = painted.find((one) => one.checkVisibility());
    const kept = inert && seen && isSame(seen, area.node) ? seen : undefined;
    const [goOn, again] = seen && !kept ? [handOver(seen, area.node), done(seen, area.node)] : [];
    cell.classList.remove("vaas-coming");
    cell.style.minHeight = "";
    if (kept) this.keep(kept, area, cell);
    goLive(
      cell,
      painted.filter((one) => one !== kept),
    );
    again?.();
    goOn?.();
  }

  /** What is painted stays, until its model says otherwise. */
  private keep(painted: HTMLElement, area: SimplifiedOutputArea, cell: HTMLElement): void {
    const model = area.model as OutputAreaModel;
    adopt(painted, area.node);
    painted.classList.add("vaas-painted");
    area.dispose();
    this.areas.delete(Number(cell.dataset["cell"]));
    const replace = (): void => {
      model.changed.disconnect(replace);
      if (!painted.isConnected) return;
      painted.remove();
      this.attach(Number(cell.dataset["cell"]), model, cell);
    };
    model.changed.connect(replace);
  }

  /** A widget's view waits until its model has come over the kernel's line. */
  private async modelOf(output: IOutput): Promise<void> {
    const view = (output["data"] as Record<string, unknown> | undefined)?.[VIEW] as { model_id?: string } | undefined;
    if (!view?.model_id) return;
    const began = performance.now();
    while (!this.manager.has_model(view.model_id) && performance.now() < began + MODEL_WAIT_MS) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      // More was said than is kept for a page that comes late: the kernel knows.
      if (performance.now() > began + ASK_AGAIN_MS) await (this.reloaded ??= this.manager.reload().catch(console.warn));
    }
  }

  /** Charts and maps measure their place when the window says that it changed. */
  private announce(): void {
    cancelAnimationFrame(this.announced);
    this.announced = requestAnimationFrame(() => window.dispatchEvent(new Event("resize")));
  }

  private resized(): void {
    for (const area of this.areas.values()) MessageLoop.postMessage(area, Widget.ResizeMessage.UnknownSize);
  }
}

/** Whether an output does nothing, as text, tables and pictures; widgets and charts do. */
function isInert({ data = {} }: IOutput): boolean {
  return !Object.keys(data as object).some((kind) => kind.startsWith("application/"));
}

/** Wait until live outputs have drawn as much as was painted. */
async function drawn(cell: HTMLElement, live: HTMLElement, height: number): Promise<void> {
  const ready = () => live.offsetHeight >= 0.9 * height;
  const before = [...cell.querySelectorAll(`.vaas-still :is(${DRAWN})`)].filter((one) => one.checkVisibility());
  const awaited = before.some((one) => !one.closest("[data-model]"));
  const same = () => alike(before, [...live.querySelectorAll(DRAWN)]);
  const frames = () => (!awaited ? 1 : same() ? CALM_FRAMES_ALIKE : CALM_FRAMES);
  await settled(live, { frames, within: TAKES_OVER_WITHIN_MS, ready });
  await decoded(live);
}

/** Take away what was painted, and let waiting widgets know. */
function goLive(cell: HTMLElement, painted: HTMLElement[]): void {
  painted.forEach((one) => one.remove());
  cell.dispatchEvent(new Event(LIVE));
}
