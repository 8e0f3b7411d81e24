import { EXIT } from '../exit-code.ts';

/**
 * Ends this process with a sentence and `EXIT.stopped` when somebody asks it to stop while nothing has begun, until it
 * is disposed of. What was being made ready is left as it is: the next start begins anew.
 */
export function stopEarly(sentence: string): Disposable {
  const stop = (): void => {
    process.stderr.write(`${sentence}\n`);
    process.exit(EXIT.stopped);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/** What to say of a command that was stopped before it worked at anything; `goOn` is the command for a run that was there before. */
export function stoppedEarly(goOn?: string): string {
  return goOn === undefined
    ? 'Stopped: nothing was begun.'
    : `Stopped before the run went on. Go on with: ${goOn}`;
}
