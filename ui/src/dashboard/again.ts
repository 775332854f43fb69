/**
 * Who uses a dashboard before it is live uses its still. What they did there is done
 * again to the live outputs once these stand in its place, in the same order: clicks,
 * keys, and what was typed or chosen.
 */

/** What waited longer has been given up. */
const LATEST_MS = 15_000;
/** What is not copied into a still: places are counted without it. */
export const ACTS = "script, noscript, template, link, meta, base, object, embed, video, audio";
/** These act in the still as well. */
const ACTED = "a[href], summary";
const TYPED = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range])";
const POINTED = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
const EVENT = { bubbles: true, cancelable: true, composed: true };

type Step = (live: Element) => void;

/**
 * Find out what was done to a still; before it is taken away.
 *
 * @param still of a cell's outputs.
 * @returns does it to the live outputs.
 */
export function done(still: HTMLElement): (live: Element) => void {
  const latest = performance.now() - LATEST_MS;
  const used = window.vaasUsed.filter(({ target, timeStamp }) => timeStamp > latest && still.contains(target as Element));
  const steps = used.flatMap((event) => {
    const step = again(event);
    const place = placeOf(event.target as Element, still);
    return step ? [[place, step] as const] : [];
  });
  const focused = still.contains(document.activeElement) ? document.activeElement : null;
  if (focused) steps.push([placeOf(focused, still), (live) => (live as HTMLElement).focus({ preventScroll: true })]);
  return (live) => {
    for (const [place, step] of steps) {
      const found = at(live, place);
      if (found) step(found);
    }
  };
}

function again(event: Event): Step | undefined {
  const target = event.target as HTMLElement;
  if (event instanceof KeyboardEvent) return pressed(event, target);
  if (event.type === "input") return target.matches(TYPED) ? typed((target as HTMLInputElement).value) : undefined;
  const label = target.closest("label")?.control;
  if (!(event instanceof MouseEvent) || target.closest(ACTED) || (label && label !== target)) return undefined;
  const box = target.getBoundingClientRect();
  return clicked(event, event.pageX - scrollX - box.left, event.pageY - scrollY - box.top);
}

/** A click as far from the corner of what was clicked. */
function clicked({ detail, button, shiftKey, ctrlKey, altKey, metaKey }: MouseEvent, left: number, top: number): Step {
  return (live) => {
    const box = live.getBoundingClientRect();
    const keys = { button, shiftKey, ctrlKey, altKey, metaKey };
    const about = { ...EVENT, ...keys, detail, clientX: box.left + left, clientY: box.top + top, view: window, pointerId: 1, isPrimary: true };
    for (const kind of POINTED) {
      const buttons = kind.endsWith("down") ? 1 : 0;
      live.dispatchEvent(new (kind.startsWith("pointer") ? PointerEvent : MouseEvent)(kind, { ...about, buttons }));
    }
    if (live instanceof HTMLSelectElement) live.showPicker?.();
  };
}

/** A key, but for those that typed something. */
function pressed({ key, code, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent, target: HTMLElement): Step | undefined {
  if (key === "Tab" || (target.matches(TYPED) && key !== "Enter")) return undefined;
  const about = { ...EVENT, key, code, shiftKey, ctrlKey, altKey, metaKey };
  return (live) => {
    for (const kind of ["keydown", "keyup"]) live.dispatchEvent(new KeyboardEvent(kind, about));
  };
}

function typed(value: string): Step {
  return (live) => {
    (live as HTMLInputElement).value = value;
    for (const kind of ["input", "change"]) live.dispatchEvent(new Event(kind, EVENT));
  };
}

/** The way from a root to an element: its place among the children of each parent, and what it is. */
interface Place {
  way: number[];
  name: string;
}

function placeOf(element: Element, root: Element): Place {
  const way = [];
  for (let one = element; one !== root; one = one.parentElement as Element) {
    way.unshift(children(one.parentElement as Element).indexOf(one));
  }
  return { way, name: element.localName };
}

function at(root: Element, { way, name }: Place): Element | undefined {
  const found = way.reduce<Element | undefined>((one, index) => one && children(one)[index], root);
  return found?.localName === name ? found : undefined;
}

function children(parent: Element): Element[] {
  return [...parent.children].filter((one) => !one.matches(ACTS));
}
