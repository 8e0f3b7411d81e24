import { EXIT } from '../exit-code.ts';
import { processOutput } from '../view/presenter.ts';

/** What long work hears and says. */
export interface Stoppable {
  /** Aborts when somebody asks to stop. */
  readonly signal: AbortSignal;
  /** Shows how far it is, on a terminal alone. */
  progress(line: string): void;
}

/**
 * Does work that Ctrl-C ends: the first aborts its signal, so that it lets go of what it holds; the second ends the process at
 * once. Returns the exit code: what `work` gives, or `EXIT.stopped` with a sentence where it gave up.
 */
export async function untilStopped(
  stopped: string,
  work: (stoppable: Stoppable) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => {
    if (signal.aborted) process.exit(EXIT.stopped);
    controller.abort();
  };
  const line = progressLine();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work({ signal, progress: line.show });
  } catch (error) {
    if (!signal.aborted || !isAbort(error)) throw error;
    line.clear();
    process.stderr.write(`${stopped}\n`);
    return EXIT.stopped;
  } finally {
    line.clear();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** How often the line changes. */
const SHOWN_MS = 100;

function progressLine(): { readonly show: (text: string) => void; readonly clear: () => void } {
  const output = processOutput(process.stderr);
  let shownAt = 0;
  let isShown = false;
  return {
    show: (text) => {
      const now = performance.now();
      if (!output.isTerminal || now - shownAt < SHOWN_MS) return;
      shownAt = now;
      isShown = true;
      output.write(`\r\u001b[2K${text.slice(0, output.columns - 1)}`);
    },
    clear: () => {
      if (isShown) output.write('\r\u001b[2K');
      isShown = false;
    },
  };
}
