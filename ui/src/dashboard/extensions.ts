/**
 * Widget libraries, fetched when the notebook first uses one of their widgets
 * or MIME types, and not before: a page with one button loads none of them.
 */

import { option, type App, type Extension, type Output, type Plugin, type RenderMime, type ShareScope, type WidgetManager } from "./jupyter";

interface MimePlugin {
  id: string;
  rendererFactory: unknown;
  rank?: number;
}

export class Extensions {
  private readonly all: Extension[];
  private readonly root: string;
  private readonly loading = new Map<string, Promise<void>>();
  private mimeLoading: Promise<void> | undefined;

  constructor(
    private readonly app: App,
    private readonly scope: ShareScope,
    private readonly rendermime: RenderMime,
  ) {
    this.all = JSON.parse((option("vaasExtensions") as string | undefined) ?? "[]") as Extension[];
    this.root = option("fullLabextensionsUrl") as string;
  }

  /** Make the widget manager fetch a library before it looks for a class in it. */
  attach(manager: WidgetManager): void {
    const loadClass = manager.loadClass.bind(manager);
    manager.loadClass = async (name, module, version) => {
      if (!module.startsWith("@jupyter-widgets/")) await this.forModule(module);
      return loadClass(name, module, version);
    };
  }

  /** Whether outputs hold something that nothing loaded so far can show. */
  async forOutputs(outputs: readonly Output[]): Promise<void> {
    const known = new Set(this.rendermime.mimeTypes);
    const types = outputs.flatMap((output) => Object.keys(output.data ?? {}));
    if (types.some((type) => type.startsWith("application/vnd.") && !known.has(type))) {
      this.mimeLoading ??= this.loadMimeTypes();
      await this.mimeLoading;
    }
  }

  private async forModule(module: string): Promise<void> {
    const named = this.all.find((extension) => extension.name === module);
    if (named) return this.load(named);
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
    const plugins = await this.modules<Plugin>(extension, extension.extension);
    for (const plugin of plugins) {
      if (!this.app.hasPlugin(plugin.id)) this.app.registerPlugin(plugin);
      await this.app.activatePlugin(plugin.id);
    }
  }

  private async loadMimeTypes(): Promise<void> {
    const libraries = this.all.filter((extension) => extension.mimeExtension);
    for (const extension of libraries) {
      const plugins = await this.modules<MimePlugin>(extension, extension.mimeExtension);
      for (const { rendererFactory, rank } of plugins) this.rendermime.addFactory(rendererFactory, rank);
    }
  }

  /** Fetch a library's entry file and one of its modules: a plugin or a list of them. */
  private async modules<Kind>(extension: Extension, name: string | undefined): Promise<Kind[]> {
    await fetchScript(`${this.root}/${extension.name}/${extension.load.replace(/^\.\//, "")}`);
    const container = window._JUPYTERLAB[extension.name];
    if (!container) throw new Error(`${extension.name} did not announce itself`);
    await container.init(this.scope);
    if (extension.style) (await container.get(extension.style))();
    if (!name) return [];
    const module = (await container.get(name))() as Kind | Kind[] | { default: Kind | Kind[] };
    const found = typeof module === "object" && module && "default" in module ? module.default : module;
    return Array.isArray(found) ? found : [found as Kind];
  }
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
