import { once } from 'node:events';
import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ConfigError } from '@overseer/core/plugin';
import { exportPostgresAudit, isPostgresAddress } from '@overseer/storage/postgres';
import { checkAudit, exportAudit, type UpkeepOptions } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { anyJournalOf, lookAfter, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer audit` is told. */
export interface AuditFlags extends UpkeepFlags {
  readonly out?: string;
  readonly check?: string;
}

/**
 * `overseer audit`: writes every event with what proves it, or checks such a file by itself (`--check`). Returns the exit
 * code: `EXIT.failed` for a file that does not check.
 */
export async function auditCommand(flags: AuditFlags): Promise<number> {
  return flags.check === undefined ? await exportLines(flags) : await check(flags.check, flags);
}

async function check(path: string, { json }: AuditFlags): Promise<number> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new ConfigError('config.audit-file', `The audit ${path} is a folder: name a file.`);
  }
  const input = createReadStream(path, 'utf8');
  await once(input, 'open').catch((error: Error) => {
    throw new ConfigError(
      'config.audit-file',
      `The audit ${path} cannot be read (${error.message}).`,
    );
  });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const report = await checkAudit(lines);
  tell(json, report, [
    ...report.streams.map(({ name, events, hash }) => `${name}: ${events} events, hash ${hash}`),
    report.problem === undefined ? `Sound: ${path}` : `Not sound: ${path}. ${report.problem}`,
  ]);
  return report.isSound ? EXIT.done : EXIT.failed;
}

function exportLines(flags: AuditFlags): Promise<number> {
  return lookAfter(async (options) => {
    const journal = anyJournalOf(flags);
    // What it tells may be for few eyes.
    const output =
      flags.out === undefined
        ? process.stdout
        : createWriteStream(flags.out, { flags: 'wx', mode: 0o600, flush: true });
    if (output !== process.stdout) await opened(output, flags.out);
    try {
      for await (const line of linesIn(journal, options)) {
        if (!output.write(`${line}\n`)) await once(output, 'drain');
      }
      if (output !== process.stdout) {
        output.end();
        await once(output, 'finish');
      }
      return EXIT.done;
    } catch (error) {
      // What is not whole proves nothing, and would be in the way of the next.
      if (flags.out !== undefined) rmSync(flags.out, { force: true });
      throw error;
    }
  });
}

function linesIn(journal: string, options: UpkeepOptions): AsyncIterable<string> {
  return isPostgresAddress(journal)
    ? exportPostgresAudit(journal, options)
    : exportAudit(journal, options);
}

async function opened(output: NodeJS.WritableStream, path: string | undefined): Promise<void> {
  await once(output, 'open').catch((error: Error) => {
    throw new ConfigError(
      'config.audit-file',
      `The audit ${path} cannot be written (${error.message}).`,
    );
  });
}
