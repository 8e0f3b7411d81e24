/** What the command ends with; scripts may rely on it. */
export const EXIT: Readonly<Record<'done' | 'failed' | 'usage' | 'stopped', number>> = {
  /** Every task was verified. */
  done: 0,
  /** A task failed, or something broke. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was begun. */
  usage: 2,
  /** Stopped before the end; it can be resumed. 130 is what shells expect after Ctrl-C. */
  stopped: 130,
};
