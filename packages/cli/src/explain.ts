import { OverseerError } from '@overseer/core/plugin';
import { CommanderError } from 'commander';
import { EXIT } from './exit-code.ts';
import { explainSystem } from './explain-system.ts';
import { harmless, oneLine } from './view/words.ts';

/** Codes of what a person set wrong, as opposed to what broke. */
const WRONG_INPUT =
  /^(config|source|plan(?!\.unsaved$)|workspace)\.|^((run|question|seq|phase|checkpoint|checklist)\.unknown|checkpoint\.(duplicate|name)|package\.key|handoff\.(none|other)|backup\.(denied|none|place)|model\.(auth|permission|not-found))$/;

/**
 * Says in one sentence what went wrong, with the code to look it up by; the stack only where nobody planned for it. Nothing in it
 * moves the cursor, whoever wrote it. Returns the exit code.
 */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) return explainCommandLine(error);
  if (OverseerError.is(error)) {
    // Much of what is said of a model was said by its server.
    const said = error.code.startsWith('model.') ? oneLine(error.message) : harmless(error.message);
    process.stderr.write(`${said} [${error.code}]\n`);
    return WRONG_INPUT.test(error.code) ? EXIT.usage : EXIT.failed;
  }
  const refused = explainSystem(error);
  if (refused !== undefined) {
    process.stderr.write(`${harmless(refused)}\n`);
    return EXIT.failed;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Something broke that should not have: ${harmless(stack)}\n`);
  return EXIT.failed;
}

function explainCommandLine(error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.done;
  if (error.code === 'commander.help') return EXIT.usage;
  process.stderr.write(`${harmless(sentenceOf(error.message))} [config.command-line]\n`);
  return EXIT.usage;
}

/** `error: unknown option '--modle'\n(Did you mean --model?)` as a sentence. */
function sentenceOf(message: string): string {
  const [what = '', near] = message.replace(/^error: /, '').split('\n');
  const suggestion = near === undefined ? '' : `: ${near.replace(/[()]/g, '').replace(/^D/, 'd')}`;
  const start = what.charAt(0).toUpperCase() + what.slice(1).replace(/\.$/, '');
  return `${start}${suggestion === '' ? '.' : suggestion} --help shows all there is.`;
}
