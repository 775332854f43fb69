/**
 * Names for what ipywidgets leaves without: a slider's handle is a `div` with
 * the role of a slider, and Python cannot name it. It gets its label's text. A
 * player's buttons have icons alone.
 */

const PLAYER = ["Play or pause", "Stop", "Repeat"];

function namePlayers(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>(".widget-play > button:not([aria-label])")) {
    const place = [...(button.parentElement as HTMLElement).children].indexOf(button);
    button.setAttribute("aria-label", PLAYER[place] as string);
  }
}

function nameSliders(root: ParentNode): void {
  for (const handle of root.querySelectorAll<HTMLElement>(".noUi-handle:not([aria-label])")) {
    const widget = handle.closest(".widget-inline-hbox, .widget-inline-vbox, .widget-slider");
    const label = widget?.querySelector(".widget-label")?.textContent?.trim();
    handle.setAttribute("aria-label", label || handle.closest("[title]")?.getAttribute("title") || "Slider");
  }
}

/** Name the controls that are there and those that come. */
export function nameControls(): void {
  name(document);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node instanceof HTMLElement) name(node);
    }
  }).observe(document.body, { childList: true, subtree: true });
}

function name(root: ParentNode): void {
  nameSliders(root);
  namePlayers(root);
}

/** Widget libraries ask the page, as JupyterLab marks it, whether it is light or dark. */
export function markTheme(): void {
  const dashboard = document.getElementById("dashboard") ?? document.body;
  const probe = document.createElement("i");
  probe.style.color = "light-dark(#ffffff, #000000)";
  dashboard.append(probe);
  document.body.dataset["jpThemeLight"] = String(getComputedStyle(probe).color === "rgb(255, 255, 255)");
  probe.remove();
}
