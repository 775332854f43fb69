/**
 * Widgets that bring a large script of their own (Plotly's has five megabytes, which
 * keep the browser busy for half a second) come to life after the controls around them,
 * on pages where a still of them is seen: its piece stands in their place until they have drawn.
 *
 * Such a script begins when its cell is live and nobody is using the page (at once if the
 * piece is of another width), or when the kernel has something to say to its widget, which
 * then waits until the widget listens.
 */

import type { IClassicComm } from "@jupyter-widgets/base";
import type { Kernel } from "@jupyterlab/services";

import { settled } from "./settled";

/** Told to a cell when its live outputs are what one sees. */
export const LIVE = "vaas-live";

/** Who opens a menu chooses from it within this, mostly. */
const AT_REST_MS = 800;
const LATEST_MS = 3000;
/** For tabs that nobody looks at, which have no frames. */
const FRAME_MS = 50;
const ANSWER_MS = 500;
const FITTING = 0.05;
/** Frames after which a view is drawn that is in no place yet. */
const PLACED_WITHIN = 20;
const DRAWN = { frames: () => 8, within: 4000 };
const USED = ["pointerdown", "keydown", "wheel"];

type Cleanup = void | (() => void | Promise<void>);
type Context = { el: HTMLElement; signal?: AbortSignal };
type Part = (context: Context) => Cleanup | Promise<Cleanup>;

/** What an anywidget's script exports; see https://anywidget.dev/en/afm/. */
interface Definition {
  initialize?: Part;
  render?: Part;
}

declare global {
  interface Window {
    vaasLate: Map<string, () => Definition>;
  }
}

let covered: Promise<unknown> = Promise.resolve();

/** Wait until no piece of a still is seen any more. */
export function uncovered(): Promise<unknown> {
  return covered;
}

/** Mark a view, so that its place in a still is known to later pages. */
export function mark(view: HTMLElement, model: string): void {
  view.dataset["model"] = model;
}

/**
 * Put off a model's script.
 *
 * @param model its id.
 * @param address of its script.
 * @param comm by which the kernel speaks to it; what is said then waits for the script.
 * @param kernel whose answer comes first.
 * @returns the source of a small script to take in its place; nothing if the page has no still of it.
 */
export function late(model: string, address: string, comm: IClassicComm, kernel: Kernel.IKernelConnection): string | undefined {
  const pieces = [...document.querySelectorAll<HTMLElement>(`.vaas-still [data-model="${CSS.escape(model)}"]`)];
  // Not one that is hidden since the viewer has other colours.
  const piece = pieces.find((one) => one.checkVisibility({ visibilityProperty: true }));
  const cell = piece?.closest(".vaas-cell");
  if (!piece || !cell) return undefined;
  const waiting = new Late(address, piece, cell);
  waiting.hold(comm, kernel);
  return standIn(model, waiting.definition());
}

function standIn(model: string, definition: Definition): string {
  (window.vaasLate ??= new Map()).set(model, () => definition);
  return `export default window.vaasLate.get(${JSON.stringify(model)});`;
}

/**
 * Have a model's views drawn when they have a place: charts take its width then, and only then.
 *
 * @param model its id.
 * @param found what its script exports.
 * @returns as `late` does.
 */
export function inPlace(model: string, found: Definition): string {
  const render: Part = async (context) => {
    for (let frame = 0; frame < PLACED_WITHIN && !context.el.isConnected; frame++) await painted();
    return found.render?.(context);
  };
  return standIn(model, { ...found, render });
}

class Late {
  private begin: () => void = () => undefined;
  private listens: () => void = () => undefined;
  private readonly begun = new Promise<void>((resolve) => (this.begin = resolve));
  private readonly listening = new Promise<void>((resolve) => (this.listens = resolve));
  private readonly content: DocumentFragment;
  private readonly kind: string;
  private readonly height: number;
  private readonly fits: boolean;

  constructor(
    private readonly address: string,
    piece: HTMLElement,
    cell: Element,
  ) {
    this.kind = piece.className;
    this.height = piece.offsetHeight;
    this.fits = fits(piece);
    this.content = document.createDocumentFragment();
    this.content.append(...[...piece.childNodes].map((node) => node.cloneNode(true)));
    cell.addEventListener(LIVE, () => this.fetch(), { once: true });
  }

  /** Have the script at hand, and begin with it when nobody uses the page. */
  private fetch(): void {
    const link = document.createElement("link");
    // Not as a module, which would be read at once.
    Object.assign(link, { rel: "preload", as: "script", crossOrigin: "anonymous", href: this.address });
    document.head.append(link);
    void (this.fits ? atRest() : painted()).then(this.begin);
  }

  /** Let what the kernel says wait until the script listens. */
  hold(comm: IClassicComm, kernel: Kernel.IKernelConnection): void {
    const listen = comm.on_msg.bind(comm);
    comm.on_msg = (callback) =>
      listen((message) => {
        // Echoes only repeat what this page has said.
        if ((message.content as { data?: { method?: string } }).data?.method !== "echo_update") void answered(kernel).then(this.begin);
        void this.listening.then(() => callback(message));
      });
  }

  /** What anywidget gets: a definition that does what the script's own does, when that is there. */
  definition(): Definition {
    const script = this.begun.then(painted).then(() => load(this.address));
    let ready: Promise<Definition> | undefined;
    return {
      initialize: (context) => {
        const ending = script.then((found) => found.initialize?.(context));
        ready = Promise.all([script, ending]).then(([found]) => found);
        // After what is rendered at once, which listens as well.
        void ready.catch(console.warn).then(() => setTimeout(this.listens));
        return () => void ending.then((end) => typeof end === "function" && end());
      },
      render: async (context) => {
        const uncover = this.cover(context.el);
        context.signal?.addEventListener("abort", uncover);
        try {
          const end = await (ready as Promise<Definition>).then((found) => found.render?.(context));
          void settled(context.el, { ...DRAWN, ready: () => true }).then(uncover);
          return end;
        } catch (error) {
          uncover();
          throw error;
        }
      },
    };
  }

  /** Show the still's piece over a view until that has drawn; gives what takes it away. */
  private cover(view: HTMLElement): () => void {
    const cover = document.createElement("div");
    cover.className = `${this.kind} vaas-still vaas-cover`;
    cover.append(this.content.cloneNode(true));
    view.classList.add("vaas-covered");
    view.style.minHeight = `${this.height}px`;
    let uncover = (): void => undefined;
    covered = Promise.all([covered, new Promise<void>((resolve) => (uncover = resolve))]);
    let frame = 0;
    // Beside the view, as what draws into that may take for its own what it finds there.
    const follow = (): void => {
      if (view.isConnected && cover.nextSibling !== view) view.before(cover);
      cover.style.left = `${view.offsetLeft}px`;
      cover.style.top = `${view.offsetTop}px`;
      cover.style.width = `${view.offsetWidth}px`;
      cover.hidden = !view.offsetParent;
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => {
      cancelAnimationFrame(frame);
      cover.remove();
      view.classList.remove("vaas-covered");
      view.style.minHeight = "";
      uncover();
    };
  }
}

/** Whether what is drawn in a piece is as wide as its place: stills are taken of two widths. */
function fits(piece: HTMLElement): boolean {
  const drawn = piece.querySelector("svg, canvas, img")?.getBoundingClientRect().width ?? 0;
  return Math.abs(drawn - piece.clientWidth) < FITTING * piece.clientWidth;
}

/** Fetch a widget's script. */
export async function load(address: string): Promise<Definition> {
  const module = (await import(address)) as { render?: Part; default?: Definition | (() => Definition | Promise<Definition>) };
  if (module.render) return { render: module.render };
  const found = typeof module.default === "function" ? await module.default() : module.default;
  if (!found) throw new Error(`${address} exports no widget`);
  return found;
}

/** Wait until the kernel has said what it has to say, but not for long. */
async function answered(kernel: Kernel.IKernelConnection): Promise<void> {
  const latest = performance.now() + ANSWER_MS;
  while (kernel.status === "busy" && performance.now() < latest) {
    await new Promise<void>((resolve) => {
      const told = (): void => {
        kernel.statusChanged.disconnect(told);
        resolve();
      };
      kernel.statusChanged.connect(told);
      setTimeout(told, latest - performance.now());
    });
  }
}

/** Wait until what was done so far can be seen, or could be. */
function painted(): Promise<unknown> {
  const frame = new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return Promise.race([frame, new Promise((resolve) => setTimeout(resolve, FRAME_MS))]);
}

/** Wait until the page is not being used, but not for ever. */
async function atRest(): Promise<void> {
  const latest = performance.now() + LATEST_MS;
  let until = performance.now() + AT_REST_MS;
  const used = (): void => void (until = performance.now() + AT_REST_MS);
  for (const name of USED) window.addEventListener(name, used, { capture: true, passive: true });
  while (performance.now() < Math.min(until, latest)) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(until, latest) - performance.now()));
  }
  for (const name of USED) window.removeEventListener(name, used, { capture: true });
}
