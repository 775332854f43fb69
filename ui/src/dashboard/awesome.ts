/** Font Awesome as JupyterLab and Voilà have it, by whose names widgets and notebooks ask for icons. */

import shapes from "@fortawesome/fontawesome-free/css/fontawesome.min.css";
import older from "@fortawesome/fontawesome-free/css/v4-shims.min.css";
import brands from "@fortawesome/fontawesome-free/webfonts/fa-brands-400.woff2";
import regular from "@fortawesome/fontawesome-free/webfonts/fa-regular-400.woff2";
import solid from "@fortawesome/fontawesome-free/webfonts/fa-solid-900.woff2";

const FAMILY = "Font Awesome 5";

const FAMILIES = `.fa,.far,.fas{font-family:"${FAMILY} Free"}.fa,.fas{font-weight:900}
.far{font-weight:400}.fab{font-family:"${FAMILY} Brands";font-weight:400}`;

/** Have the page know all icons; each font is fetched when one of its own is seen. */
export function know(): void {
  const style = document.createElement("style");
  style.textContent = [face("Brands", 400, brands), face("Free", 400, regular), face("Free", 900, solid), shapes, FAMILIES, older].join("\n");
  // Before all others, which may have their own way with icons.
  document.head.prepend(style);
}

function face(name: string, weight: number, file: string): string {
  const address = new URL(file, import.meta.url).href;
  return `@font-face{font-family:"${FAMILY} ${name}";font-weight:${weight};font-display:block;src:url("${address}") format("woff2")}`;
}
