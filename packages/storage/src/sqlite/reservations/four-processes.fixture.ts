import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const WINDOW_MS = 2_000;
const CALLS = 10;
const AT_ONCE = 3;
const TASKS = 8;

/** An overseer of its own that works so many tasks, or what its journal has left; it says when each is done. */
const programOf = ({ imports, opening }: SharedPlace): string => `
${imports}
import { createOverseer } from '@overseer/core';
import { sqlite } from '@overseer/storage/sqlite';
const [url, shared, journal, name, count] = process.argv.slice(1);
const model = {
  spec: 'model/1',
  info: { id: 'm', provider: 'acme', can: { tools: false, json: 'none', reasoning: false, image: false } },
  async *stream(request, { signal }) {
    const body = JSON.stringify(request.messages);
    const text = await (await fetch(url, { method: 'POST', body, signal })).text();
    yield { type: 'part', index: 0, part: { type: 'text', text } };
    yield { type: 'finish', reason: 'stop', usage: { input: { total: 5 }, output: { total: 1 } } };
  },
};
const overseer = await createOverseer({
  overseer: 'model',
  models: { model: { model, key: 'team', concurrency: 50 } },
  limits: [{ per: 'key', limits: ['${CALLS} calls / ${WINDOW_MS}ms', '${AT_ONCE} at once'] }],
  sharedLimits: { store: ${opening}, leewayMs: 800 },
  store: sqlite(journal),
});
const tasks = Array.from({ length: Number(count) }, (_, at) => ({ instruction: 'task ' + name + '-' + at + '.' }));
const left = overseer.unfinished();
const run = left.length > 0 ? overseer.open(left[0].id) : overseer.run({ tasks });
if (left.length > 0) await overseer.resume({ run: run.id });
for await (const event of run) console.log(event.type, event.data.because ?? event.data.message ?? '');
const { status } = await run.result;
console.log('status', status);
await overseer.close();
`;

/** Where the four keep their shared limits, as their program says it. */
export interface SharedPlace {
  /** Imports what `opening` needs. */
  readonly imports: string;
  /** An expression that opens the place named by `shared`. */
  readonly opening: string;
  readonly shared: string;
}

/**
 * Runs four overseers that share limits, kills one of them with a call under way, lets another go on for it, and expects that the
 * provider never saw more than the limits allow, and that all work was done.
 */
export async function keepLimitsTogether(place: SharedPlace, newPath: () => string): Promise<void> {
  await using provider = await startProvider();
  const journals = Array.from({ length: 4 }, () => newPath());
  const start = (at: number): Overseer =>
    startOverseer(programOf(place), [
      provider.url,
      place.shared,
      journals[at] ?? '',
      `p${at}`,
      String(TASKS),
    ]);
  const four = journals.map((_, at) => start(at));
  const [first, ...others] = four;
  // In the middle of its work, with a call under way.
  await first?.until(
    (lines) => lines.filter((line) => line.startsWith('call.finished')).length >= 3,
  );
  first?.child.kill('SIGKILL');
  await first?.over;
  const heir = start(0);
  for (const one of [...others, heir]) {
    await one.over;
    assert.equal(one.lines.at(-1), 'status completed', one.lines.slice(-5).join('\n'));
  }
  const { arrivals, most, answered } = provider;
  assert.equal(answered.size, 4 * TASKS);
  const within = mostWithin(arrivals, WINDOW_MS);
  assert.ok(within <= CALLS, `${within} calls in a window`);
  assert.ok(most() <= AT_ONCE, `${most()} calls at once`);
  // And the limits do bind, however slow this machine is.
  assert.ok(within > CALLS / 2, `only ${within} calls in a window`);
  assert.ok(most() > 1, 'never two at once');
  // A few calls of the one that died may have been made twice, and no more.
  assert.ok(arrivals.length <= 4 * TASKS + AT_ONCE, `${arrivals.length} calls`);
  const said = [...others, heir].flatMap(({ lines }) => lines);
  const withheld = said.some((line) =>
    line.startsWith('call.withheld key team, over all processes'),
  );
  assert.ok(withheld, 'nothing was withheld');
  const failed = said.filter(
    (line) => line.startsWith('call.failed') && !line.includes('the process ended'),
  );
  assert.deepEqual(failed, []);
}

interface Overseer {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly over: Promise<unknown>;
  until(isSo: (lines: readonly string[]) => boolean): Promise<void>;
}

function startOverseer(program: string, args: readonly string[]): Overseer {
  const child = spawn(
    process.execPath,
    ['--conditions=@overseer/source', '--input-type=module', '-e', program, ...args],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const over = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  const until: Overseer['until'] = async (isSo) => {
    while (!isSo(lines)) await Promise.race([once(reader, 'line'), over]);
  };
  return { child, lines, over, until };
}

/** A provider that counts what arrives and what is under way, as it sees it. */
async function startProvider() {
  const arrivals: number[] = [];
  const answered = new Set<string>();
  let now = 0;
  let most = 0;
  const server: Server = createServer((request, response) => {
    arrivals.push(performance.now());
    now += 1;
    most = Math.max(most, now);
    response.on('close', () => {
      now -= 1;
    });
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      setTimeout(() => {
        if (response.destroyed) return;
        answered.add(/task (p\d-\d+)/.exec(body)?.[1] ?? '');
        response.end('done');
      }, 60);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    arrivals,
    answered,
    most: () => most,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The most that arrived within any span of that length. */
function mostWithin(arrivals: readonly number[], ms: number): number {
  return Math.max(
    0,
    ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + ms).length),
  );
}
