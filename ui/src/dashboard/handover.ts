/**
 * What viewers did with what was painted stays so with what takes its place: where they
 * scrolled to, what they opened and marked, and where their keyboard is.
 */

/** The frame of outputs, and what Jupyter gives attributes of its own. */
const FRAME = ".jp-OutputArea-child, .jp-OutputArea-output, a";

type Deed = () => void;

/** Whether live outputs are what is painted already, whatever the viewer has opened of it. */
export function isSame(painted: Element, live: Element): boolean {
  const inert = document.implementation.createHTMLDocument();
  const [some, others] = [painted, live].map((one) => inert.importNode(one, true)) as [Element, Element];
  adopt(some, others);
  for (const copy of [some, others]) plain(copy);
  return some.isEqualNode(others);
}

/** Take away what makes no difference: folds that are open, words for pictures, how much space there is between tags. */
function plain(copy: Element): void {
  copy.querySelectorAll("details").forEach((one) => one.removeAttribute("open"));
  copy.querySelectorAll("img").forEach((one) => {
    one.removeAttribute("alt");
    one.setAttribute("src", one.getAttribute("src")?.trim() ?? "");
  });
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    if (!text.data.trim() && !text.parentElement?.closest("pre, textarea")) text.data = " ";
  }
}

/** Give painted outputs the classes and marks of live ones. */
export function adopt(painted: Element, live: Element): void {
  const [some, others] = [painted, live].map((root) => [root, ...root.querySelectorAll(FRAME)]) as [Element[], Element[]];
  if (some.length !== others.length) return;
  some.forEach((one, place) => {
    for (const { name, value } of (others[place] as Element).attributes) if (name !== "href") one.setAttribute(name, value);
  });
}

/**
 * Find out what was done with what is painted.
 *
 * @returns what does it with the live outputs, once they are what one sees.
 */
export function handOver(painted: HTMLElement, live: HTMLElement): Deed {
  const twin = (one: Element): Element | undefined => counterpart(one, painted, live);
  const deeds = [painted, ...painted.querySelectorAll("*")].flatMap((one) => {
    const kinds = [scrolled(one), opened(one)].filter((kind) => kind !== undefined);
    const other = kinds.length ? twin(one) : undefined;
    return other ? kinds.map((kind) => () => kind(other)) : [];
  });
  const last = [marked(painted, twin), focused(painted, twin)];
  return () => [...deeds, ...last].forEach((deed) => deed());
}

/** The element of the same kind in the same place. */
export function counterpart(one: Element, from: Element, to: Element): Element | undefined {
  if (one === from) return to;
  const parent = one.parentElement && counterpart(one.parentElement, from, to);
  if (!parent) return undefined;
  return like(one, parent)[like(one, one.parentElement as Element).indexOf(one)];
}

function like(one: Element, parent: Element): Element[] {
  return [...parent.children].filter((child) => child.tagName === one.tagName && !child.matches(".vaas-cover"));
}

function scrolled({ scrollLeft: left, scrollTop: top }: Element): ((other: Element) => void) | undefined {
  return left || top ? (other) => other.scrollTo({ left, top, behavior: "instant" }) : undefined;
}

function opened(one: Element): ((other: Element) => void) | undefined {
  return one instanceof HTMLDetailsElement ? (other) => other.toggleAttribute("open", one.open) : undefined;
}

function marked(painted: Element, twin: (one: Element) => Element | undefined): Deed {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return () => undefined;
  const same = (node: Node): Node | undefined => {
    if (!painted.contains(node)) return node;
    if (node instanceof Element) return twin(node);
    const parent = node.parentElement as Element;
    const found = twin(parent)?.childNodes[[...parent.childNodes].indexOf(node as ChildNode)];
    return found?.nodeValue === node.nodeValue ? found : undefined;
  };
  const { anchorOffset, focusOffset } = selection;
  const [anchor, focus] = [same(selection.anchorNode as Node), same(selection.focusNode as Node)];
  return () => {
    if (anchor && focus) selection.setBaseAndExtent(anchor, anchorOffset, focus, focusOffset);
  };
}

function focused(painted: Element, twin: (one: Element) => Element | undefined): Deed {
  const one = document.activeElement;
  const other = one && painted.contains(one) ? (twin(one) as HTMLInputElement | undefined) : undefined;
  const { selectionStart = null, selectionEnd = null } = (one ?? {}) as Partial<HTMLInputElement>;
  return () => {
    other?.focus({ preventScroll: true });
    if (selectionStart !== null) other?.setSelectionRange(selectionStart, selectionEnd);
  };
}
