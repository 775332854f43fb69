/** Frames of other sites, which the page's policy does not let in: said, with a way there. */

import { note } from "./notes";

/** Say so from now on, and of what is there. */
export function tellBlockedFrames(): void {
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => effectiveDirective === "frame-src" && replaceForeign());
  replaceForeign();
}

/** Put a remark in the place of each frame that shows another site. */
export function replaceForeign(): void {
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("#dashboard iframe[src]")) {
    const site = URL.canParse(frame.src) ? new URL(frame.src) : undefined;
    if (site && /^https?:$/.test(site.protocol) && site.origin !== location.origin) frame.replaceWith(instead(site));
  }
}

function instead({ host, href }: URL): HTMLElement {
  const said = note(`Pages of ${host} are not shown in dashboards. `);
  const way = document.createElement("a");
  Object.assign(way, { href, target: "_blank", rel: "noopener noreferrer", textContent: "Open it in a new tab" });
  said.append(way);
  return said;
}
