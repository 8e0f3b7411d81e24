import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a writer said before it was killed. */
export interface Written {
  /** The highest `seq` whose append was acknowledged; 0 when none was. */
  readonly acknowledged: number;
  /** Set when the writer ended by itself. */
  readonly failure?: string;
}

/** How a writer is started. */
export interface WriterSetting {
  /** The address of the SQLite driver, where it is not Node's own. */
  readonly driver?: string | undefined;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a writer, lets it append for `aliveMs` after it began, and kills it with kill -9. */
export async function appendUntilKilled(
  path: string,
  aliveMs: number,
  { driver, env }: WriterSetting = {},
): Promise<Written> {
  const script = new URL('../processes/append-to-store.ts', import.meta.url);
  const child = fork(script, driver === undefined ? [path] : [path, driver], {
    env: { ...process.env, ...env },
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const began = once(child, 'message');
  const ended = once(child, 'close');
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  await Promise.race([began.then(() => sleep(aliveMs)), ended]);
  child.kill('SIGKILL');
  const [code] = await ended;
  // The last line may be cut short by the kill; a line counts once its end arrived.
  const lines = output.split('\n').slice(0, -1);
  const acknowledged = Math.max(0, ...lines.map(Number));
  return code === null ? { acknowledged } : { acknowledged, failure: errors.slice(-2000) };
}
