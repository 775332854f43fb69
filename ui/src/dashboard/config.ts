/** What the server tells the page's script, in the element `vaas-config`. */

/** A widget library, as its package tells JupyterLab. */
export interface Extension {
  name: string;
  load: string;
  extension?: string;
  mimeExtension?: string;
  style?: string;
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
}

export function readConfig(): Config {
  return JSON.parse(document.getElementById("vaas-config")?.textContent ?? "{}") as Config;
}
