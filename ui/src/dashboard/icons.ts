/** Icons are eighty kilobytes of style: they wait for the first element that asks for one. */

const NAMES = ["fa", "fas", "far", "fab"];

/** Fetch the icons when something is to show one. */
export function awaitIcons(): void {
  const asked = NAMES.map((name) => document.getElementsByClassName(name));
  const look = (): void => {
    if (!asked.some((found) => found.length > 0)) return;
    observer.disconnect();
    void import("later/awesome").then(({ know }) => know(), console.warn);
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { attributeFilter: ["class"], childList: true, subtree: true });
  look();
}
