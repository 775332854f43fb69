/**
 * What we use of Voilà's front end, which hands us its parts at run time through
 * webpack's share scope. Only what is called is described.
 */

export interface Signal<Sender, Args> {
  connect(slot: (sender: Sender, args: Args) => void): boolean;
}

export interface Message {
  header: { msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

export type ConnectionStatus = "connected" | "connecting" | "disconnected";

export interface KernelConnection {
  readonly id: string;
  readonly connectionStatus: ConnectionStatus;
  readonly iopubMessage: Signal<KernelConnection, Message>;
  readonly connectionStatusChanged: Signal<KernelConnection, ConnectionStatus>;
  reconnect(): Promise<void>;
}

export interface WidgetManager {
  readonly kernel: KernelConnection;
  readonly restored: Signal<WidgetManager, void>;
  has_model(id: string): boolean;
  loadClass(name: string, module: string, version: string): Promise<unknown>;
}

export interface MimeBundle {
  [mimeType: string]: unknown;
}

export interface Output {
  output_type: string;
  data?: MimeBundle;
  transient?: { display_id?: string };
}

export interface Typesetter {
  typeset(node: HTMLElement): unknown;
}

export interface RenderMime {
  readonly latexTypesetter: Typesetter | null;
  readonly mimeTypes: readonly string[];
  addFactory(factory: unknown, rank?: number): void;
}

export interface Widget {
  readonly node: HTMLElement;
}

export interface OutputAreaModel {
  readonly length: number;
  add(output: Output): number;
  set(index: number, output: Output): void;
}

export interface OutputAreaModule {
  OutputAreaModel: new (options: { trusted: boolean }) => OutputAreaModel;
  SimplifiedOutputArea: new (options: {
    model: OutputAreaModel;
    rendermime: RenderMime;
  }) => Widget;
}

export interface WidgetsModule {
  Widget: {
    attach(widget: Widget, host: HTMLElement): void;
    ResizeMessage: { UnknownSize: unknown };
  };
}

export interface MessagingModule {
  MessageLoop: { postMessage(widget: Widget, message: unknown): void };
}

export interface Plugin {
  id: string;
  autoStart?: boolean;
  requires?: unknown[];
  activate: (app: App, ...services: never[]) => unknown;
}

export interface App {
  readonly started: Promise<void>;
  readonly widgetManagerPromise: { promise: Promise<WidgetManager> };
  registerPlugin(plugin: Plugin): void;
  activatePlugin(id: string): Promise<void>;
  hasPlugin(id: string): boolean;
}

/** A widget library as the server lists it; see labextensions' package.json. */
export interface Extension {
  name: string;
  load: string;
  extension?: string;
  mimeExtension?: string;
  style?: string;
  /** Other libraries whose shared code it uses. */
  needs?: string[];
}

type Factory = () => unknown;
export type ShareScope = Record<string, Record<string, { get: () => Promise<Factory> }>>;

export interface Container {
  init(scope: ShareScope): Promise<void> | void;
  get(module: string): Promise<Factory>;
}

declare global {
  interface Window {
    _JUPYTERLAB: Record<string, Container>;
  }
}

/** A module that the front end shares, whichever version it brought. */
export async function shared<Module>(scope: ShareScope, name: string): Promise<Module> {
  const entry = Object.values(scope[name] ?? {})[0];
  if (!entry) throw new Error(`${name} is not shared by the front end`);
  const factory = await entry.get();
  return factory() as Module;
}

/** An option of the page's configuration. */
export function option(name: string): unknown {
  const element = document.getElementById("jupyter-config-data");
  const config = JSON.parse(element?.textContent ?? "{}") as Record<string, unknown>;
  return config[name];
}
