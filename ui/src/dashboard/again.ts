/**
 * Who uses a dashboard before it is live uses what is painted of it. What they did there
 * is done again to the live outputs once these stand in its place, in the same order:
 * clicks, keys, and what was typed or chosen.
 */

import { counterpart } from "./handover";

/** What waited longer has been given up. */
const LATEST_MS = 15_000;
/** These act in the still as well. */
const ACTED = "a[href], summary";
const TYPED = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])";
const POINTED = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
const EVENT = { bubbles: true, cancelable: true, composed: true };

type Step = (live: Element) => void;

/**
 * Find out what was done to painted outputs; before they are taken away.
 *
 * @param painted of a cell.
 * @param live what takes their place.
 * @returns does it to them.
 */
export function done(painted: HTMLElement, live: HTMLElement): () => void {
  const latest = performance.now() - LATEST_MS;
  const used = (window.vaasUsed ?? []).filter(({ timeStamp }) => timeStamp > latest);
  const steps = used.flatMap((event) => {
    const target = event.target as Element;
    const step = painted.contains(target) ? again(event) : undefined;
    const other = step && counterpart(target, painted, live);
    return step && other ? [() => step(other)] : [];
  });
  return () => steps.forEach((step) => step());
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
