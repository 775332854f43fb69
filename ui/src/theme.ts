/** The viewer's choice of colours, kept in this browser alone. */

export type Theme = "auto" | "light" | "dark";

const KEY = "vaas-theme";

/** What was chosen before; `auto` where nothing was, or storage is refused. */
export function storedTheme(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "auto";
  } catch {
    return "auto";
  }
}

/** Show a theme: `data-theme` on the root overrides what the system says. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

/** Keep a theme for the next page, where the browser allows it. */
export function storeTheme(theme: Theme): void {
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is refused (private window, embedded page): the choice lasts for this page.
  }
}
