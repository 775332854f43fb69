/** The bar at the page's edge and the end-of-session card; styles in dashboard.css. */

export interface Failure {
  title: string;
  advice: string;
  code?: string;
}

let bar: HTMLElement | undefined;

/** Say something in the bar; empty text takes it away. */
export function notice(text: string, kind: "warn" | "bad" | "" = ""): void {
  if (!bar) {
    bar = ours();
    bar.setAttribute("role", "status");
    document.body.append(bar);
  }
  bar.className = `vaas-bar${kind ? ` vaas-bar--${kind}` : ""}`;
  if (bar.textContent === text) return;
  const span = document.createElement("span");
  span.className = "vaas-bar__text";
  span.textContent = text;
  bar.replaceChildren(span);
}

const PASSING_MS = 6000;
let passingTimer = 0;

/** A remark that goes away by itself. */
export function passing(text: string): void {
  notice(text, "bad");
  clearTimeout(passingTimer);
  passingTimer = setTimeout(() => {
    if (bar?.textContent === text) notice("");
  }, PASSING_MS);
}

let banner: HTMLElement | undefined;
let cameFrom: EventTarget | null = null;

/** Newer data can be seen; when is the viewer's choice, since what they have set here goes. */
export function changed(): void {
  if (banner) return;
  banner = ours();
  banner.className = "vaas-banner";
  banner.setAttribute("role", "status");
  document.body.prepend(banner);
  banner.append(
    element("span", "vaas-bar__text", "The data has changed"),
    button("vaas-button", "Show", () => location.reload()),
    button("vaas-button vaas-button--quiet", "Keep this page", keep),
  );
  banner.addEventListener("focusin", ({ relatedTarget }) => {
    if (!inBanner(relatedTarget)) cameFrom = relatedTarget;
  });
  banner.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") keep();
  });
}

/** Take the banner away until the next change; who was in it goes back to where they came from. */
function keep(): void {
  const back = inBanner(document.activeElement);
  banner?.remove();
  banner = undefined;
  if (back) goTo(cameFrom instanceof HTMLElement && cameFrom.isConnected ? cameFrom : undefined);
  cameFrom = null;
}

function inBanner(found: EventTarget | null): boolean {
  return found instanceof Node && Boolean(banner?.contains(found));
}

/** Move the focus without the page; to the dashboard's begin where it has no better place. */
function goTo(place: HTMLElement | undefined): void {
  const dashboard = document.getElementById("dashboard");
  if (!place && dashboard) {
    dashboard.tabIndex = -1;
    // Only now: later clicks between its controls are none of ours.
    dashboard.addEventListener("blur", () => dashboard.removeAttribute("tabindex"), { once: true });
  }
  (place ?? dashboard)?.focus({ preventScroll: true });
}

let editor: HTMLElement | undefined;

/** Somebody is editing the notebook; an empty name takes the line away. */
export function editing(who: string): void {
  if (!editor) {
    if (!who) return;
    editor = ours();
    editor.className = "vaas-editing";
    editor.setAttribute("role", "status");
    document.body.prepend(editor);
  }
  const name = document.createElement("bdi");
  name.textContent = who;
  const words = who ? ["Being edited by ", name] : [];
  // The place is there before its words, so that they are read out.
  requestAnimationFrame(() => editor?.replaceChildren(...words));
}

/** The session is over: one button starts the dashboard again. */
export function ended(failure: Failure | null): void {
  const card = ours();
  card.className = "vaas-ended";
  card.setAttribute("role", "alertdialog");
  card.setAttribute("aria-modal", "true");
  card.setAttribute("aria-labelledby", "vaas-ended-title");
  const inner = document.createElement("div");
  inner.className = "vaas-card";
  inner.append(
    element("h2", "vaas-card__title", failure?.title ?? "This session has ended", "vaas-ended-title"),
    element("p", "vaas-card__advice", failure?.advice ?? "Start it again to go on."),
  );
  const actions = element("div", "vaas-card__actions", "");
  const again = button("vaas-button vaas-button--main", "Start again", () => location.reload());
  actions.append(again);
  inner.append(actions);
  card.append(inner);
  document.getElementById("dashboard")?.setAttribute("inert", "");
  document.body.append(card);
  again.focus();
}

/** Words of ours stand in a page whose language is the dashboard's. */
function ours(): HTMLElement {
  const made = document.createElement("div");
  made.lang = "en";
  return made;
}

function element(tag: string, className: string, text: string, id = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  if (id) made.id = id;
  return made;
}

function button(className: string, text: string, pressed: () => void): HTMLButtonElement {
  const made = element("button", className, text) as HTMLButtonElement;
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}
