/**
 * Stands inside the first bytes of a dashboard's page, which then stays open:
 * the server appends a call of `vaasPhase` whenever something moved on, of
 * `vaasName` when the dashboard's own name is known, of `vaasLine` when there is
 * a session, of `vaasFail` if the way ends, and at last the dashboard itself
 * and calls of `vaasScript` and `vaasEnd`.
 */

import { applyTheme, storedTheme } from "./theme";

const PHASES = ["resolve", "data", "environment", "run", "ready"];
const SAY_AGAIN_MS = 8000;
/** There is no frame to wait for in a tab that nobody looks at. */
const PAINTED_WITHIN_MS = 500;
/** The server adds to the page every five seconds; a dashboard's large parts may take longer. */
const LOOK_MS = 5000;
const SILENT_LOOKS = 4;
const SILENT_LOOKS_WITHIN = 12;
/** In the history's entry of a page that has been loaded again by itself. */
const AGAIN = 1;

interface Phase {
  name: "resolve" | "data" | "line" | "environment" | "run" | "ready";
  done?: number;
  total?: number | null;
  /** Bytes so far. */
  size?: number;
}

interface Failure {
  title: string;
  advice: string;
  code?: string;
  reference?: string;
  /** Seconds. */
  retry_after?: number | null;
  retry?: string | null;
  home?: string | null;
}

declare global {
  interface Window {
    vaasLine: (session: string) => void;
    vaasEarly: Early | undefined;
    vaasUsed: Event[] | undefined;
    vaasPhase: (phase: Phase) => void;
    vaasName: (name: string, language: string) => void;
    vaasFail: (failure: Failure) => void;
    vaasScript: (script: Script) => void;
    vaasEnd: () => void;
  }
}

/** The page's script, and addresses of what it will ask for. */
interface Script {
  src: string;
  /** Whether something of the dashboard is to be seen already: then that comes first. */
  painted: boolean;
  /** Of the widgets. */
  state: string[];
  scripts: string[];
  modules: string[];
}

/** The line to the kernel, opened while the page's script is on its way, and what came by it. */
interface Early {
  line: WebSocket;
  heard: MessageEvent[];
  ended?: CloseEvent;
}

const find = (id: string): HTMLElement | null => document.getElementById(`vaas-${id}`);

function sizeWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function dataWords(done: number, total: number | null, size: number): string {
  const amount = size > 0 ? `, ${sizeWords(size)}` : "";
  if (total !== null && total > 0) return `Fetching ${done} of ${total} files${amount}`;
  return done > 0 ? `Fetching files, ${done} so far${amount}` : `Fetching files${amount || "…"}`;
}

/** Where one stands in the line, and nothing of how long it will take. */
function lineWords(passed: number, number: number): string {
  const have = passed === 1 ? "1 person before you has" : `${passed} people before you have`;
  const since = passed ? ` ${have} gone since you came.` : "";
  const recorded = document.querySelector("[data-painted]") ? " Until then you see it as it was recorded." : "";
  return `All places are taken. You are number ${number} in line.${since} The dashboard starts here by itself.${recorded}`;
}

function words({ name, done = 0, total = null, size = 0 }: Phase): string {
  if (name === "resolve") return "Finding the share…";
  if (name === "data") return dataWords(done, total, size);
  if (name === "line") return lineWords(done, total ?? 1);
  if (name === "environment") return "Preparing…";
  if (name === "ready") return "The dashboard is ready";
  return total ? `Running cell ${Math.min(done + 1, total)} of ${total}` : "Running…";
}

function showBar({ name, done = 0, total = null }: Phase): void {
  const bar = find("progress") as HTMLProgressElement | null;
  if (!bar) return;
  if (total && (name === "data" || name === "run")) {
    bar.max = total;
    bar.value = Math.min(done, total);
  } else bar.removeAttribute("value");
}

function showSteps(name: Phase["name"]): void {
  const now = PHASES.indexOf(name === "line" ? "environment" : name);
  find("phases")?.querySelectorAll("li").forEach((step, index) => {
    step.dataset["state"] = index < now ? "done" : index === now ? "now" : "later";
    if (index === now) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

let spoken = { name: "resolve", at: 0 };
let speaking = 0;

/** Every change is seen, but only a new phase is read aloud at once; of others the latest, after a while. */
function speak(name: string, text: string): void {
  clearTimeout(speaking);
  const wait = name === spoken.name ? spoken.at + SAY_AGAIN_MS - performance.now() : 0;
  if (wait > 0) {
    speaking = setTimeout(() => speak(name, text), wait);
    return;
  }
  spoken = { name, at: performance.now() };
  find("live")?.replaceChildren(text);
}

function waitWords(seconds: number): string {
  const time = seconds < 90 ? `${Math.ceil(seconds)} seconds` : `about ${Math.ceil(seconds / 60)} minutes`;
  return `You can try again in ${time}.`;
}

function link(text: string, address: string | null | undefined): HTMLElement[] {
  if (!address) return [];
  const anchor = document.createElement("a");
  anchor.textContent = text;
  anchor.href = address;
  return [anchor];
}

function paragraph(name: string, text: string): HTMLElement {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}

function say(name: string, text: string): void {
  const line = find("line");
  if (line) line.textContent = text;
  speak(name, text);
}

window.vaasPhase = (phase) => {
  say(phase.name, words(phase));
  showBar(phase);
  showSteps(phase.name);
  const shell = find("shell");
  if (shell) shell.dataset["phase"] = phase.name;
  if (phase.name === "ready") shell?.remove();
};

window.vaasName = (name, language) => {
  document.title = name;
  document.documentElement.lang = language;
  const shell = find("shell");
  shell?.setAttribute("aria-label", `Opening ${name}`);
  shell?.querySelector("h1")?.replaceChildren(name);
};

window.vaasLine = (session) => {
  const address = `${location.origin.replace(/^http/, "ws")}/api/kernels/${session}/channels?ours=1`;
  const line = new WebSocket(address, "v1.kernel.websocket.jupyter.org");
  line.binaryType = "arraybuffer";
  const early: Early = { line, heard: [] };
  line.onmessage = (message) => early.heard.push(message);
  line.onclose = (end) => (early.ended = end);
  window.vaasEarly = early;
};

function add(name: string, about: object): void {
  document.head.append(Object.assign(document.createElement(name), about));
}

function preload(kind: "fetch" | "script", addresses: string[], more: object = {}): void {
  for (const href of addresses) add("link", { rel: "preload", as: kind, href, ...more });
}

/**
 * Where something is painted, the script is asked for with the first frame, and libraries
 * when it has come: until then they would only take the machine from it.
 */
window.vaasScript = ({ src, painted, state, scripts, modules }) => {
  if (!painted) return add("script", { src });
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    const onload = (): void => {
      add("script", { src });
      for (const href of modules) add("link", { rel: "modulepreload", href });
      preload("script", scripts);
    };
    preload("script", [src], { onload, onerror: onload });
    preload("fetch", state, { crossOrigin: "anonymous" });
  };
  requestAnimationFrame(begin);
  // What no frame has begun begins all the same.
  setTimeout(begin, PAINTED_WITHIN_MS);
};

/** What is done to painted outputs, for the live ones to do: see `dashboard/again.ts`. */
window.vaasUsed = [];
for (const kind of ["click", "input", "keydown"]) {
  addEventListener(kind, (event) => (event.target as Element).closest?.(".vaas-painted") && window.vaasUsed?.push(event));
}

/** Whether the page has come to its end, whatever that is. */
let whole = false;

window.vaasEnd = () => {
  whole = true;
  if (history.state === AGAIN) history.replaceState(null, "");
};

/**
 * Notice that the rest of the page will not come, of which browsers tell nothing
 * (Chromium has such a page load for ever), and load it again once.
 */
async function watch(): Promise<void> {
  const parts = document.all;
  let size = 0;
  let silent = 0;
  while (!whole && silent < (document.querySelector("main") ? SILENT_LOOKS_WITHIN : SILENT_LOOKS)) {
    await pause();
    silent = document.readyState !== "loading" ? Infinity : parts.length === size ? silent + 1 : 0;
    size = parts.length;
  }
  // A proxy before the server answers as well.
  const answers = (): Promise<boolean> =>
    fetch("/health/live", { signal: AbortSignal.timeout(LOOK_MS) }).then((answer) => answer.status < 500, () => false);
  while (!whole && !(await answers())) {
    say("lost", "Connection lost, trying again…");
    await pause();
  }
  if (whole) return;
  if (history.state !== AGAIN) {
    history.replaceState(AGAIN, "");
    return location.reload();
  }
  const retry = location.pathname + location.search;
  window.vaasFail({ title: "The connection was lost", advice: "Only a part of the dashboard came.", retry });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

window.vaasFail = ({ title, advice, code, reference, retry_after, retry, home }) => {
  window.vaasEnd();
  const shell = find("shell");
  if (!shell) return;
  const heading = document.createElement("h1");
  heading.textContent = title;
  heading.tabIndex = -1;
  const fine = [code, reference && `reference ${reference}`].filter(Boolean).join(" · ");
  shell.replaceChildren(
    heading,
    paragraph("vaas-advice", advice),
    ...(retry_after ? [paragraph("vaas-advice", waitWords(retry_after))] : []),
    ...link("Try again", retry),
    ...link("Open another link", home),
    ...(fine ? [paragraph("vaas-fine", fine)] : []),
  );
  document.title = title;
  heading.focus();
};

// Notebooks' scripts, which come later, have no business with the window that opened this one.
window.opener = null;
applyTheme(storedTheme());
void watch();
