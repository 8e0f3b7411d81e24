import { ALIVE } from './health.ts';
import { readSettings } from './settings.ts';

// Run inside of the container by its probe, so that the port need not be open to anybody else. `alive` asks for no more than an answer.
const { healthPort } = readSettings(process.env);
const path = process.argv[2] === 'alive' ? ALIVE : '/';
const response = await fetch(`http://127.0.0.1:${healthPort}${path}`, {
  signal: AbortSignal.timeout(3_000),
});
process.stdout.write(await response.text());
process.exitCode = response.ok ? 0 : 1;
