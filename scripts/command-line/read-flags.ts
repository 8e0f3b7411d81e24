import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads this process's command line as `parseArgs` does. Where it is wrong, says so in one sentence on the standard
 * error and ends the process with 2.
 */
export function readFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What follows the first sentence tells how to pass on what looks like an option.
    const [sentence = ''] = error.message.split(/\.\s|\n/);
    process.stderr.write(
      `${sentence.replace(/\.$/, '')}. --help shows all. [config.command-line]\n`,
    );
    process.exit(2);
  }
}
