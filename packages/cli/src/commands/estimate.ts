import type { TaskGraph } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { estimateTable } from '../view/estimate-table.ts';
import { openTeam, type WorkOptions } from './work.ts';

/** `overseer run --estimate`: says what the tasks will take and ends. Returns the exit code. */
export async function estimate(options: WorkOptions, graph: TaskGraph): Promise<number> {
  await using overseer = await openTeam(options);
  const forecast = overseer.estimate(graph);
  const lines = options.show.json ? [JSON.stringify(forecast)] : estimateTable(forecast);
  for (const line of lines) process.stdout.write(`${line}\n`);
  return EXIT.done;
}
