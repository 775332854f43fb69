/**
 * Stands in for a library of JupyterLab's of which outputs need two names only:
 * its sanitizer would take scripts out of outputs, which are as trusted as the page.
 */

export { WidgetTracker } from "../../node_modules/@jupyterlab/apputils/lib/widgettracker";

export class Sanitizer {
  sanitize(html: string): string {
    return html;
  }
}
