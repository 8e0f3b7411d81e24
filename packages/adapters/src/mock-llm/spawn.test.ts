import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readMockCounts } from './count-file.ts';
import { spawnMockService } from './spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'spawn-'));
const children: ChildProcess[] = [];
const messages = [{ role: 'user' as const, content: 'hi' }];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a mock service in a process of its own', { timeout: 30_000 }, () => {
  it('M17: serves the scenario of a module, and ends when it is closed', async () => {
    const models = [{ id: 'mine', tokensPerSecond: 1000 }];
    const scenario = file(
      'good.ts',
      `export const scenario = ${JSON.stringify({ models, rules: [] })};`,
    );
    const service = await spawnMockService({ scenario });
    const { data } = await clientOf(service.url).models.list();
    expect(data.map(({ id }) => id)).toEqual(['mine']);
    expect(await answers(service.url)).toBe(true);
    await service.close();
    await service.close();
    expect(await answers(service.url)).toBe(false);
  });

  it('M17 M18: says why it does not start', async () => {
    const empty = file('empty.ts', 'export const other = 1;');
    await expect(spawnMockService({ scenario: empty })).rejects.toMatchObject({
      code: 'config.mock-service',
      message: expect.stringContaining('exports no mock scenario'),
    });
    const nowhere = join(folder, 'nowhere.ts');
    await expect(spawnMockService({ scenario: nowhere })).rejects.toThrowError('cannot be loaded');
    const signal = AbortSignal.abort();
    await expect(spawnMockService({ signal })).rejects.toThrowError('was given up');
  });

  it('R1 M17: what a client has read to its end is on file, also when the service dies by kill -9', async () => {
    const countFile = join(folder, 'counts.jsonl');
    const total = { requests: 0, inputTokens: 0, outputTokens: 0 };
    for (let round = 0; round < 3; round++) {
      const service = await spawnMockService({ countFile });
      const client = clientOf(service.url);
      const asked = Array.from({ length: 20 }, (_, n) => ask(client, 'x'.repeat(n), n % 2 === 0));
      // The service dies while half of its replies are still on their way.
      const ended = await Promise.allSettled([
        ...asked.slice(0, 10),
        Promise.all(asked.slice(0, 10)).then(() => process.kill(service.pid, 'SIGKILL')),
        ...asked.slice(10),
      ]);
      for (const one of ended) {
        if (one.status === 'rejected' || typeof one.value !== 'object') continue;
        total.requests++;
        total.inputTokens += one.value.prompt_tokens;
        total.outputTokens += one.value.completion_tokens;
      }
    }
    expect(total.requests).toBeGreaterThanOrEqual(30);
    const counts = (await readMockCounts(countFile))['m'];
    // Replies that were on their last way when it died are counted and not read; never the other way round.
    expect(counts?.completed).toBeGreaterThanOrEqual(total.requests);
    expect(counts?.inputTokens).toBeGreaterThanOrEqual(total.inputTokens);
    expect(counts?.outputTokens).toBeGreaterThanOrEqual(total.outputTokens);
    expect(counts?.completed).toBeLessThanOrEqual(60);
  });

  it('M17: counts what the usage of the official SDK adds up to', async () => {
    const countFile = join(folder, 'exact.jsonl');
    const service = await spawnMockService({ countFile });
    const client = clientOf(service.url);
    const texts = Array.from({ length: 40 }, (_, n) => 'y'.repeat(n * 3));
    const usages = await Promise.all(texts.map((text, n) => ask(client, text, n % 3 === 0)));
    const sum = (of: (usage: OpenAI.CompletionUsage) => number) =>
      usages.reduce((total, usage) => total + of(usage), 0);
    process.kill(service.pid, 'SIGKILL');
    expect((await readMockCounts(countFile))['m']).toMatchObject({
      completed: 40,
      inputTokens: sum(({ prompt_tokens }) => prompt_tokens),
      outputTokens: sum(({ completion_tokens }) => completion_tokens),
    });
  });
});

describe('a mock service and its parent', { timeout: 30_000 }, () => {
  const options = (lingerMs?: number) =>
    lingerMs === undefined ? '{}' : `{ lingerMs: ${lingerMs} }`;
  const spawner = (lingerMs?: number) => `
    import { spawnMockService } from ${JSON.stringify(import.meta.resolve('./spawn.ts'))};
    const { url } = await spawnMockService(${options(lingerMs)});
    console.log(url);`;

  it('M17: ends within a second of its parent, killed with -9', async () => {
    const parent = run(`${spawner()}\nsetInterval(() => {}, 1000);`);
    const url = await firstLine(parent);
    expect(await answers(url)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => answers(url), { timeout: 1000, interval: 20 }).toBe(false);
  });

  it('M17: ends so also without a pipe from its parent', async () => {
    const parent = run(`
      import { spawn } from 'node:child_process';
      const main = ${JSON.stringify(new URL('./main.ts', import.meta.url).pathname)};
      const stdio = ['ignore', 'pipe', 'ignore'];
      const child = spawn(process.execPath, [...process.execArgv, main], { stdio });
      child.stdout.once('data', (line) => console.log(JSON.parse(line).url));`);
    const url = await firstLine(parent);
    expect(await answers(url)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => answers(url), { timeout: 1000, interval: 20 }).toBe(false);
  });

  it('M17: goes on for as long as it is told to', async () => {
    const parent = run(`${spawner(700)}\nsetInterval(() => {}, 1000);`);
    const url = await firstLine(parent);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await answers(url)).toBe(true);
    await expect.poll(() => answers(url), { timeout: 2000, interval: 20 }).toBe(false);
  });

  it('M17: does not keep its parent running', async () => {
    const parent = run(spawner());
    const url = await firstLine(parent);
    expect(await once(parent, 'exit')).toEqual([0, null]);
    await expect.poll(() => answers(url), { timeout: 1000, interval: 20 }).toBe(false);
  });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs a script as a process that can be killed. */
function run(script: string): ChildProcess {
  const path = file(`parent-${children.length}.mts`, script);
  const child = spawn(process.execPath, ['--conditions=@overseer/source', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The script has no output.');
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

/** Whether somebody is there; its process id would not tell, since a dead process keeps it until it is reaped. */
function answers(url: string): Promise<boolean> {
  return fetch(`${url}/v1/models`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function clientOf(url: string): OpenAI {
  return new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
}

/** Asks whole or streamed, and returns the usage that the provider reports. */
async function ask(
  client: OpenAI,
  text: string,
  streamed: boolean,
): Promise<OpenAI.CompletionUsage> {
  const body = { model: 'm', messages: [...messages, { role: 'user' as const, content: text }] };
  const reply = streamed
    ? await client.chat.completions
        .stream({ ...body, stream_options: { include_usage: true } })
        .finalChatCompletion()
    : await client.chat.completions.create(body);
  if (reply.usage === undefined) throw new Error('The reply has no usage.');
  return reply.usage;
}
