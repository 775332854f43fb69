/** Small remarks of ours in a notebook's page. */

export const NOT_SHOWN = "This part of the dashboard could not be shown.";

/** A remark, in the language of all of ours. */
export function note(text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "vaas-note";
  made.lang = "en";
  made.textContent = text;
  return made;
}
