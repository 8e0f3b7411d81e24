import type { ProjectVersion } from '@overseer/core';
import { EXIT } from '../../exit-code.ts';
import { processOutput } from '../../view/presenter.ts';
import { moment, oneLine } from '../../view/words.ts';
import { lookAt, type ProjectFlags } from './open-project.ts';

/** `overseer project history`: every version of a project, oldest first; works beside a run. Returns the exit code. */
export async function historyCommand(flags: ProjectFlags): Promise<number> {
  await using project = await lookAt(flags);
  const output = processOutput();
  for await (const version of project.history()) {
    const line = flags.json === true ? JSON.stringify(version) : lineOf(version);
    output.write(`${line}\n`);
  }
  return EXIT.done;
}

function lineOf({ seq, at, by, what, commit }: ProjectVersion): string {
  const files = commit === undefined ? '' : ` (${commit.slice(0, 10)})`;
  return oneLine(`${seq}  ${moment(at)}  ${by}: ${what}${files}`);
}
