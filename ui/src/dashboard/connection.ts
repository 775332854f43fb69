/**
 * Watches the line to the kernel and says in plain words how it is: nothing
 * while all is well, a thin bar while the line is down, one button when the
 * session is over. Says farewell when the page is left.
 */

import type { Kernel } from "@jupyterlab/services";

import { ended, notice, type Failure } from "./notices";

const GRACE_MS = 1500;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;
const ASK_DEADLINE_MS = 8000;

interface SessionState {
  state: "starting" | "running" | "ready" | "ended";
  error: Failure | null;
}

export class Connection {
  private watching = false;
  private over = false;

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    kernel.connectionStatusChanged.connect((_, status) => {
      if (status !== "connected") void this.watch();
    });
    window.addEventListener("online", () => void this.watch());
    // A page that is left for good frees its kernel at once; one that is kept to come back to may need it.
    window.addEventListener("pagehide", ({ persisted }) => {
      if (!persisted) navigator.sendBeacon(`/voila/api/shutdown/${kernel.id}`);
    });
    // The line may have ended before anybody listened.
    void this.watch();
  }

  /** Ask until the line is back or the session is known to be over. */
  private async watch(): Promise<void> {
    if (this.watching || this.over) return;
    this.watching = true;
    await pause(GRACE_MS);
    let wait = FIRST_RETRY_MS;
    while (this.kernel.connectionStatus !== "connected") {
      const session = await this.ask();
      if (session?.state === "ended") {
        this.over = true;
        notice("");
        // Who stood in the line of a service that is another now stands in the new one's.
        if (session.error?.code === "gone" && waits()) return location.reload();
        ended(session.error);
        return;
      }
      notice("Connection lost, trying again…", "warn");
      if (session) await this.kernel.reconnect().catch(() => undefined);
      await pause(wait);
      wait = Math.min(wait * 1.5, LAST_RETRY_MS);
    }
    notice("");
    this.watching = false;
  }

  private async ask(): Promise<SessionState | undefined> {
    try {
      const answer = await fetch(`/api/v1/sessions/${this.kernel.id}`, {
        signal: AbortSignal.timeout(ASK_DEADLINE_MS),
      });
      return answer.ok ? ((await answer.json()) as SessionState) : undefined;
    } catch {
      return undefined;
    }
  }
}

function waits(): boolean {
  return document.getElementById("vaas-shell")?.dataset["phase"] === "line";
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
