/**
 * The line that the page opened before its script had come (see `inline.ts`), and those
 * that it opens when one is lost. What may have been lost with it the server sends again:
 * what of that was heard all the same is dropped here.
 */

/** More than can be under way. */
const REMEMBERED = 20_000;
const heard = new Set<string>();

/** Whether a message has not been heard before. */
function isNew({ data }: MessageEvent<ArrayBuffer>): boolean {
  const view = new DataView(data);
  const [from, to] = [Number(view.getBigUint64(16, true)), Number(view.getBigUint64(24, true))];
  const { msg_id, date } = JSON.parse(new TextDecoder().decode(new Uint8Array(data, from, to - from)));
  const name = `${msg_id} ${date}`;
  if (heard.has(name)) return false;
  heard.add(name);
  if (heard.size > REMEMBERED) heard.delete(heard.values().next().value as string);
  return true;
}

/**
 * Called as the browser's own `WebSocket` is, by Jupyter's connection: gives that line
 * the first time, and tells anew what happened on it; later ones are new.
 */
export function Line(this: unknown, address: string, protocols: string[]): WebSocket {
  const early = window.vaasEarly;
  window.vaasEarly = undefined;
  if (!early) return another(address, protocols);
  const { line, ended } = early;
  for (const message of early.heard) isNew(message);
  line.addEventListener("message", isNew);
  // By then it has been given its handlers.
  queueMicrotask(() => {
    if (line.readyState !== WebSocket.CONNECTING) line.onopen?.(new Event("open"));
    for (const message of early.heard) line.onmessage?.(message);
    if (ended) line.onclose?.(ended);
  });
  return line;
}

function another(address: string, protocols: string[]): WebSocket {
  const line = new WebSocket(`${address}&ours=1&again=1`, protocols);
  // Before whoever made it listens.
  line.addEventListener("message", (message) => {
    if (!isNew(message)) message.stopImmediatePropagation();
  });
  return line;
}
