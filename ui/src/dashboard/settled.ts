/** Waiting until what was put into the page is drawn. */

interface Wanted {
  /** Frames in a row in which nothing changes; asked anew after each. */
  frames: () => number;
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
  while ((calm === 0 || calm < frames()) && performance.now() < latest) {
    await new Promise(requestAnimationFrame);
    calm = ready() ? calm + 1 : 0;
  }
  observer.disconnect();
}

/** Whether two sets of pictures are the same to the eye's measure: as many, each as large, where the other is. */
export function alike(some: readonly Element[], others: readonly Element[]): boolean {
  return some.length === others.length && some.every((one, index) => resembles(one, others[index] as Element));
}

function resembles(one: Element, other: Element): boolean {
  // What a canvas or a frame shows cannot be asked.
  if (one.tagName !== other.tagName || one.matches("canvas, iframe")) return false;
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  const near = (["x", "y", "width", "height"] as const).every((side) => Math.abs(a[side] - b[side]) <= 1);
  return near && one.querySelectorAll("*").length === other.querySelectorAll("*").length;
}

/** Wait until the pictures below a node can be painted. */
export async function decoded(node: HTMLElement): Promise<void> {
  await Promise.allSettled([...node.querySelectorAll("img")].map((picture) => picture.decode()));
}
