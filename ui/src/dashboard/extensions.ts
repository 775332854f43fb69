/**
 * Widget libraries, fetched when the notebook first uses one of their widgets
 * or MIME types, and not before: a page with one button loads none of them.
 *
 * They come as JupyterLab's extensions. What such a plugin may ask for here is
 * the registry of widgets and the renderers of outputs; one that wants more of
 * JupyterLab cannot be shown by this page, and Voilà's own is opened instead.
 */

import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import { IRenderMimeRegistry, type RenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IOutput } from "@jupyterlab/nbformat";

import type { Extension } from "./config";
import { scope } from "./sharing";

interface Plugin {
  autoStart?: boolean;
  requires?: { name: string }[];
  optional?: { name: string }[];
  activate: (app: object, ...services: unknown[]) => unknown;
}

interface MimePlugin {
  rendererFactory: never;
  rank?: number;
}

/** What a library tells of itself: `exports` may be a promise, or make one. */
interface Registered {
  name: string;
  exports: unknown;
}

export class Extensions {
  private readonly loading = new Map<string, Promise<void>>();
  private readonly registered = new Map<string, Registered>();
  private mimeLoading: Promise<void> | undefined;

  constructor(
    private readonly all: readonly Extension[],
    private readonly root: string,
    private readonly rendermime: RenderMimeRegistry,
    private readonly session: string,
  ) {}

  /** The exports of a module of widgets; nothing if no library brings it. */
  async widgets(module: string): Promise<unknown> {
    await this.forModule(module);
    const exports = this.registered.get(module)?.exports;
    return typeof exports === "function" ? (exports as () => unknown)() : exports;
  }

  /** Load what can show outputs that nothing loaded so far can. */
  async forOutputs(outputs: readonly IOutput[]): Promise<void> {
    const known = new Set(this.rendermime.mimeTypes);
    const types = outputs.flatMap((output) => Object.keys((output["data"] as object | undefined) ?? {}));
    if (types.some((type) => type.startsWith("application/vnd.") && !known.has(type))) {
      this.mimeLoading ??= this.loadMimeTypes();
      await this.mimeLoading;
    }
  }

  private async forModule(module: string): Promise<void> {
    if (this.registered.has(module)) return;
    const named = this.all.find((extension) => extension.name === module);
    if (named) return this.load(named).catch((reason) => openPlain(this.session, reason));
    // A module that is called otherwise than its library: any of them may bring it.
    const widgets = this.all.filter((extension) => extension.extension);
    await Promise.allSettled(widgets.map((extension) => this.load(extension)));
  }

  private load(extension: Extension): Promise<void> {
    let loading = this.loading.get(extension.name);
    if (!loading) {
      loading = this.loadNow(extension);
      this.loading.set(extension.name, loading);
    }
    return loading;
  }

  private async loadNow(extension: Extension): Promise<void> {
    const needed = this.all.filter(({ name }) => extension.needs?.includes(name));
    await Promise.all(needed.map((other) => this.load(other)));
    for (const plugin of await this.modules<Plugin>(extension, extension.extension)) {
      if (!plugin.autoStart) continue;
      const asked = [...(plugin.requires ?? []).map((token) => this.service(token.name))];
      const welcome = (plugin.optional ?? []).map((token) => this.serviceOrNull(token.name));
      await plugin.activate({}, ...asked, ...welcome);
    }
  }

  private service(name: string): unknown {
    const found = this.serviceOrNull(name);
    if (!found) throw new Error(`this page has no ${name}`);
    return found;
  }

  private serviceOrNull(name: string): unknown {
    if (name === IJupyterWidgetRegistry.name) {
      return { registerWidget: (data: Registered) => this.registered.set(data.name, data) };
    }
    return name === IRenderMimeRegistry.name ? this.rendermime : null;
  }

  private async loadMimeTypes(): Promise<void> {
    const libraries = this.all.filter((extension) => extension.mimeExtension);
    const plugins = [import("@jupyterlab/vega5-extension").then((module) => list<MimePlugin>(module))];
    plugins.push(...libraries.map((library) => this.modules<MimePlugin>(library, library.mimeExtension)));
    for (const found of await Promise.allSettled(plugins)) {
      if (found.status === "rejected") console.warn("a library of outputs could not be loaded", found.reason);
      else for (const { rendererFactory, rank } of found.value) this.rendermime.addFactory(rendererFactory, rank);
    }
  }

  /** Fetch a library's entry file and one of its modules: a plugin or a list of them. */
  private async modules<Kind>(extension: Extension, name: string | undefined): Promise<Kind[]> {
    // What a bundle does not bring, the library fetches by itself.
    const bundle = extension.bundle ? fetchScript(extension.bundle).catch(() => undefined) : undefined;
    await fetchScript(`${this.root}/${extension.name}/${extension.load.replace(/^\.\//, "")}`);
    await bundle;
    const container = window._JUPYTERLAB[extension.name];
    if (!container) throw new Error(`${extension.name} did not announce itself`);
    await container.init(scope);
    if (extension.style) (await container.get(extension.style))();
    return name ? list<Kind>((await container.get(name))()) : [];
  }
}

/** Voilà's own page holds more of JupyterLab than this one; its viewer comes to it in their place. */
async function openPlain(session: string, reason: unknown): Promise<never> {
  const address = new URL(location.href);
  address.searchParams.set("vaas", "plain");
  const answer = await fetch(`/api/v1/sessions/${session}/place`, { method: "POST" }).catch(() => undefined);
  if (answer?.ok) address.searchParams.append("vaas", `place-${await answer.text()}`);
  location.replace(address);
  throw reason;
}

/** A module's default, or itself, as a list. */
function list<Kind>(module: unknown): Kind[] {
  const found = (typeof module === "object" && module && "default" in module ? module.default : module) as Kind | Kind[];
  return Array.isArray(found) ? found : [found];
}

function fetchScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("a widget library could not be fetched"));
    document.head.append(script);
  });
}
