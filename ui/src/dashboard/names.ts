/**
 * Names for what ipywidgets leaves without: a slider's handle is a `div` with
 * the role of a slider, and Python cannot name it. It gets its label's text.
 */

function nameSliders(root: ParentNode): void {
  for (const handle of root.querySelectorAll<HTMLElement>(".noUi-handle:not([aria-label])")) {
    const widget = handle.closest(".widget-inline-hbox, .widget-inline-vbox, .widget-slider");
    const label = widget?.querySelector(".widget-label")?.textContent?.trim();
    handle.setAttribute("aria-label", label || handle.closest("[title]")?.getAttribute("title") || "Slider");
  }
}

/** Name the sliders that are there and those that come. */
export function nameControls(): void {
  nameSliders(document);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node instanceof HTMLElement) nameSliders(node);
    }
  }).observe(document.body, { childList: true, subtree: true });
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
