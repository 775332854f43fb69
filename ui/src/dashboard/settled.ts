/** Waiting until what was put into the page is drawn. */

interface Wanted {
  /** Frames in a row in which nothing changes. */
  frames: number;
  /** Milliseconds after which the wait ends all the same. */
  within: number;
  /** What must hold besides. */
  ready: () => boolean;
}

export async function settled(node: HTMLElement, { frames, within, ready }: Wanted): Promise<void> {
  const latest = performance.now() + within;
  let calm = 0;
  const observer = new MutationObserver(() => (calm = 0));
  observer.observe(node, { attributes: true, characterData: true, childList: true, subtree: true });
  while (calm < frames && performance.now() < latest) {
    await new Promise(requestAnimationFrame);
    calm = ready() ? calm + 1 : 0;
  }
  observer.disconnect();
}

/** Wait until the pictures below a node can be painted. */
export async function decoded(node: HTMLElement): Promise<void> {
  await Promise.allSettled([...node.querySelectorAll("img")].map((picture) => picture.decode()));
}
