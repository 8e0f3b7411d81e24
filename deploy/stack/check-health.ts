import { readSettings } from './settings.ts';

// Run inside of the container by its probe, so that the port need not be open to anybody else.
const { healthPort } = readSettings(process.env);
const response = await fetch(`http://127.0.0.1:${healthPort}/`, {
  signal: AbortSignal.timeout(3_000),
});
process.stdout.write(await response.text());
process.exitCode = response.ok ? 0 : 1;
