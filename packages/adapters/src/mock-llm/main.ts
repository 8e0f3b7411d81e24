import { OverseerError } from '@overseer/core/plugin';
import { onParentGone } from '../process/parent-watch.ts';
import { type CommandLine, readCommandLine, USAGE } from './command-line.ts';
import { loadScenario } from './load-scenario.ts';
import { startMockService } from './service.ts';

// What a scenario prints must not end a service whose parent no longer listens.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

try {
  const command = readCommandLine(process.argv.slice(2));
  if (command.kind === 'help') process.stdout.write(USAGE);
  else await serve(command);
} catch (error) {
  const sentence = OverseerError.is(error) ? error.message : String(error);
  // Exits by itself, because the watch over the parent would go on.
  process.stderr.write(`${sentence}\n`, () => process.exit(2));
}

async function serve(command: Extract<CommandLine, { kind: 'serve' }>): Promise<void> {
  // Watched first, so that a parent that dies while a scenario loads is not missed.
  if (Number.isFinite(command.lingerMs))
    onParentGone(() => setTimeout(() => process.exit(), command.lingerMs));
  const { port, seed, countFile } = command;
  const service = await startMockService({
    port,
    seed,
    ...(countFile === undefined ? {} : { countFile }),
    ...(command.scenario === undefined ? {} : { scenario: await loadScenario(command.scenario) }),
  });
  const ready = { url: service.url, port: service.port, pid: process.pid };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  const stop = (): void => {
    void service.close().then(() => process.exit());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
