import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Custodian, OverseerOptions, PhaseAnswer, RollbackTarget } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import { EXIT } from '../../exit-code.ts';
import { requireOrder } from '../../setup/require-order.ts';
import { oneLine } from '../../view/words.ts';
import { tell } from '../upkeep.ts';
import { openProject, type ProjectOrderFlags } from './open-project.ts';

/** What `overseer project enter` is told. */
export interface EnterFlags extends ProjectOrderFlags {
  /** `kind=words`, for each criterion that asks somebody. */
  readonly reply: readonly string[];
}

/** What `overseer project rollback` is told. */
export interface RollbackFlags extends ProjectOrderFlags {
  readonly checkpoint?: string;
  readonly phase?: string;
}

/** `overseer project define`: says what a project goes through, from a JSON file. Returns the exit code. */
export async function defineCommand(file: string, flags: ProjectOrderFlags): Promise<number> {
  const written = readDefinition(file);
  const definition = flags.project === undefined ? written : { ...written, id: flags.project };
  await using custodian = await openProject(flags, definition);
  const { id, title, phase, phases } = await custodian.project.state();
  const names = phases.map(({ name }) => name).join(', ');
  tell(flags.json, { project: id, title, phase, phases: phases.map(({ name }) => name) }, [
    oneLine(`${id} goes through ${names}; it is in ${phase ?? 'no phase'}.`),
  ]);
  return EXIT.done;
}

/** `overseer project checkpoint`: makes a place to which the project can be taken back. Returns the exit code. */
export async function checkpointCommand(name: string, flags: ProjectOrderFlags): Promise<number> {
  return await order(flags, async ({ project }) => {
    await project.checkpoint(name, orderOf(flags));
    return [{ checkpoint: name }, `Checkpoint ${name} was made.`];
  });
}

/** `overseer project tick` and `untick`: sets or takes a tick of the checklist. Returns the exit code. */
export async function tickCommand(
  item: string,
  isTicked: boolean,
  flags: ProjectOrderFlags,
): Promise<number> {
  return await order(flags, async ({ project }) => {
    await (isTicked ? project.tick(item, orderOf(flags)) : project.untick(item, orderOf(flags)));
    return [{ item, isTicked }, `${isTicked ? 'Ticked' : 'Not ticked any more'}: ${item}`];
  });
}

/** `overseer project enter`: goes on to a phase, if its criteria hold. Returns the exit code, `failed` where they do not. */
export async function enterCommand(phase: string, flags: EnterFlags): Promise<number> {
  const replies = Object.fromEntries(flags.reply.map(replyOf));
  await using custodian = await openProject(flags);
  const answer = await custodian.project.enter(phase, { ...orderOf(flags), replies });
  tell(flags.json, answer, enterLines(answer));
  return answer.kind === 'entered' ? EXIT.done : EXIT.failed;
}

/** `overseer project rollback`: takes state and files back. Returns the exit code. Throws `ConfigError` `config.approval`. */
export async function rollbackCommand(flags: RollbackFlags): Promise<number> {
  const target = targetOf(flags);
  const by = requireOrder(flags, 'What was verified since counts no more');
  return await order(flags, async ({ project }) => {
    const rewound = await project.rollback(target, by);
    const { checkpoint, files = [], restored } = rewound;
    const what =
      restored === undefined
        ? 'its files stay as they are'
        : `${files.length} files follow by commit ${restored.slice(0, 10)}`;
    return [rewound, `The project went back to ${checkpoint}; ${what}.`];
  });
}

async function order(
  flags: ProjectOrderFlags,
  give: (custodian: Custodian) => Promise<readonly [value: object, line: string]>,
): Promise<number> {
  await using custodian = await openProject(flags);
  const [value, line] = await give(custodian);
  tell(flags.json, value, [oneLine(line)]);
  return EXIT.done;
}

function orderOf({ by, because }: ProjectOrderFlags): { by?: string; because?: string } {
  return {
    ...(by === undefined ? {} : { by }),
    ...(because === undefined ? {} : { because }),
  };
}

function enterLines(answer: PhaseAnswer): readonly string[] {
  if (answer.kind === 'entered') {
    return [oneLine(`The project is in ${answer.phase}; checkpoint ${answer.checkpoint}.`)];
  }
  const findings = answer.findings.map(({ message }) => oneLine(`  ✗ ${message}`));
  return [oneLine(`The project did not enter ${answer.phase}:`), ...findings];
}

function targetOf({ checkpoint, phase }: RollbackFlags): RollbackTarget {
  if (checkpoint !== undefined && phase === undefined) return { checkpoint };
  if (phase !== undefined && checkpoint === undefined) return { phase };
  throw new ConfigError(
    'config.command-line',
    'Say where to go back to: --checkpoint NAME, or --phase NAME for where that was last entered.',
  );
}

function replyOf(text: string): readonly [kind: string, words: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new ConfigError(
    'config.command-line',
    `--reply takes kind=words, such as signed=yes, and got ${JSON.stringify(text)}.`,
  );
}

/** The rest is checked where the project is opened. */
function readDefinition(file: string): Exclude<NonNullable<OverseerOptions['project']>, string> {
  const path = resolve(file);
  const problem = (why: string): ConfigError =>
    new ConfigError(
      'config.project',
      `${path} ${why}: give a JSON file such as {"id": "shop", "phases": [{"name": "Build"}]}.`,
    );
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw problem(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw problem(`is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw problem('has no object in it');
}
