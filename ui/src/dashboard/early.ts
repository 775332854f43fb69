/** The line that the page opened before its script had come; see `inline.ts`. */

/**
 * Called as the browser's own `WebSocket` is, by Jupyter's connection: gives that line
 * the first time, and tells anew what happened on it; later ones are new.
 */
export function Line(this: unknown, address: string, protocols: string[]): WebSocket {
  const early = window.vaasEarly;
  window.vaasEarly = undefined;
  if (!early) return new WebSocket(address, protocols);
  const { line, heard, ended } = early;
  // By then it has been given its handlers.
  queueMicrotask(() => {
    if (line.readyState !== WebSocket.CONNECTING) line.onopen?.(new Event("open"));
    for (const message of heard) line.onmessage?.(message);
    if (ended) line.onclose?.(ended);
  });
  return line;
}
