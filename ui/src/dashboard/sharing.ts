/**
 * What widget libraries ask of the page that loads them. They are webpack's
 * federated modules, made for JupyterLab: each is given a share scope, a table
 * of modules by name and version, and takes those from it that may exist once
 * only, such as the base classes of widgets.
 *
 * See https://webpack.js.org/concepts/module-federation/.
 */

import * as base from "@jupyter-widgets/base";
import { version as baseVersion } from "@jupyter-widgets/base/package.json";
import * as controls from "@jupyter-widgets/controls";
import { version as controlsVersion } from "@jupyter-widgets/controls/package.json";
import * as tokens from "../../node_modules/@jupyterlab/apputils/lib/tokens";
import { version as apputilsVersion } from "../../node_modules/@jupyterlab/apputils/package.json";
import * as coreutils from "@lumino/coreutils";
import { version as coreutilsVersion } from "@lumino/coreutils/package.json";
import * as messaging from "@lumino/messaging";
import { version as messagingVersion } from "@lumino/messaging/package.json";
import * as signaling from "@lumino/signaling";
import { version as signalingVersion } from "@lumino/signaling/package.json";
import * as lumino from "@lumino/widgets";
import { version as luminoVersion } from "@lumino/widgets/package.json";

type Factory = () => unknown;

interface Shared {
  get: () => Promise<Factory>;
  loaded: 1;
  from: string;
}

export type ShareScope = Record<string, Record<string, Shared>>;

/** A library, as its entry file announces it. */
export interface Container {
  init(scope: ShareScope): Promise<void> | void;
  get(module: string): Promise<Factory>;
}

declare global {
  interface Window {
    _JUPYTERLAB: Record<string, Container>;
  }
}

function share(version: string, module: unknown): Record<string, Shared> {
  return { [version]: { get: () => Promise.resolve(() => module), loaded: 1, from: "vaas" } };
}

export const scope: ShareScope = {
  "@jupyter-widgets/base": share(baseVersion, base),
  "@jupyter-widgets/controls": share(controlsVersion, controls),
  // Of JupyterLab's own there are the names of its services, of which a plugin can learn
  // that this page has none.
  "@jupyterlab/apputils": share(apputilsVersion, tokens),
  "@lumino/coreutils": share(coreutilsVersion, coreutils),
  "@lumino/messaging": share(messagingVersion, messaging),
  "@lumino/signaling": share(signalingVersion, signaling),
  "@lumino/widgets": share(luminoVersion, lumino),
};
