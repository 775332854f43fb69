/** The order of styles: Jupyter's own first, then those that widget libraries put into the page's head. */

/** Move the dashboard's styles from its body, where they hold up its paint, to its head. */
export function leadStyles(): void {
  const here = document.querySelector<HTMLLinkElement>('body > link[rel="stylesheet"]');
  if (!here) return;
  const first = here.cloneNode() as HTMLLinkElement;
  // Until then both are there, so that nothing is seen without.
  first.onload = () => here.remove();
  document.head.append(first);
}
