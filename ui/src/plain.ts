/** On pages of Voilà's own templates: shows there, too, that the share changed and who is editing. */

import { changed, editing } from "./dashboard/notices";

interface Told {
  header: { msg_type: string };
  content: Record<string, unknown>;
}

/** Of Voilà's application, what this needs. */
interface App {
  widgetManagerPromise: {
    promise: Promise<{
      kernel: { iopubMessage: { connect(slot: (sender: unknown, told: Told) => void): void } };
    }>;
  };
}

// The ticket by which the viewer came to their place is used now.
history.replaceState(history.state, "", location.href.replace(/&vaas=place-\w*/, ""));

let app: App | undefined;

// Voilà leaves its application here once it has started, which is after this script.
Object.defineProperty(window, "jupyterapp", {
  configurable: true,
  get: () => app,
  set(started: App) {
    app = started;
    void listen(started);
  },
});

async function listen({ widgetManagerPromise }: App): Promise<void> {
  const { kernel } = await widgetManagerPromise.promise;
  kernel.iopubMessage.connect((_, { header, content }) => {
    if (header.msg_type === "vaas_changed") changed();
    if (header.msg_type === "vaas_editing") editing(content["who"] as string);
  });
}
