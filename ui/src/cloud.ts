/**
 * Stands where a dashboard is shown although its cloud does not answer: tells since when
 * in the viewer's own time, and asks whether the cloud is back. A dashboard that is only
 * remembered then goes live; one that lives is no longer marked.
 */

const FIRST_MS = 2000;
const LAST_MS = 15_000;

const mark = document.getElementById("vaas-cloud") as HTMLElement;
const time = mark.querySelector("time") as HTMLTimeElement;
time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, {
  dateStyle: "long",
  timeStyle: "short",
});
// A region that was there before it spoke is read aloud.
document.getElementById("vaas-live")?.replaceChildren(mark.textContent?.trim() ?? "");

const lives = mark.dataset["live"] === "true";
if (!lives) {
  for (const cell of document.querySelectorAll(".vaas-cell[aria-busy]")) {
    cell.removeAttribute("aria-busy");
    if (!cell.hasChildNodes()) cell.append(note("This part comes back with the cloud."));
  }
}
void watch();

function note(text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "vaas-note";
  made.textContent = text;
  return made;
}

async function watch(): Promise<void> {
  let wait = FIRST_MS;
  while (!(await isBack())) {
    // Not all pages at the same moment.
    await new Promise((resolve) => setTimeout(resolve, wait * (1 + Math.random() / 2)));
    wait = Math.min(wait * 1.5, LAST_MS);
  }
  if (lives) mark.remove();
  else location.reload();
}

async function isBack(): Promise<boolean> {
  try {
    const answer = await fetch(`${location.pathname}?vaas=cloud`, { cache: "no-store" });
    return answer.ok && ((await answer.json()) as { back: boolean }).back;
  } catch {
    return false;
  }
}

export {};
