/** What the server tells the page's script, in the element `vaas-config`. */

import type { IOutput } from "@jupyterlab/nbformat";

/** A widget library, as its package tells JupyterLab. */
export interface Extension {
  name: string;
  load: string;
  extension?: string;
  mimeExtension?: string;
  style?: string;
  /** Address of those of its scripts that this page is known to need, in one. */
  bundle?: string | null;
  /** Other libraries whose shared code it uses. */
  needs?: string[];
}

export interface Config {
  /** The session, which is the kernel's name as well. */
  session: string;
  extensions: Extension[];
  /** Address prefix of the widget libraries. */
  libraries: string;
  /** Whether the widgets of a notebook that has run can be had at once. */
  widgets: boolean;
  /** Outputs by cell of which a still is to be taken; there is no kernel then. */
  still: Record<string, IOutput[]> | null;
}

export function readConfig(): Config {
  return JSON.parse(document.getElementById("vaas-config")?.textContent ?? "{}") as Config;
}
