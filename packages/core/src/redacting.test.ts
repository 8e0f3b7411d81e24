import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OpenStore } from './spec/store.ts';
import { callerOf, eventsOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const INPUT = { pin: 'sesame', note: `the key is ${KEY}` };

describe('redact', () => {
  it('X3: what is secret is worked with, and is nowhere in the journal', async () => {
    const store = memory();
    const seen: unknown[] = [];
    const lock = toolThat(
      async (input) => {
        seen.push(input);
        return { answer: `opened by ${KEY}` };
      },
      { sensitive: ['pin'], effect: 'idempotent' },
    );
    const model = callerOf('lock', 1, INPUT);
    await using overseer = await createOverseer({
      ...teamOf(model, ['lock']),
      tools: { lock },
      store,
      redact: true,
    });
    const run = overseer.run(tasksOf(1));
    const { status, output } = await run.result;
    expect(status).toBe('completed');
    expect(seen).toEqual([INPUT]);
    expect(JSON.stringify(model.requests)).toContain(`opened by ${KEY}`);
    expect(output).toContain(KEY);
    const told = JSON.stringify(await eventsOf(run));
    expect(told).toContain('opened by ⟦redacted: api-key⟧');
    expect(await contents(store)).toContain('⟦redacted: sensitive⟧');
    for (const secret of [KEY, 'sesame']) {
      expect(told).not.toContain(secret);
      expect(await contents(store)).not.toContain(secret);
    }
  });

  it('X3: without it everything is written as it was', async () => {
    const store = memory();
    const lock = toolThat(async () => KEY, { sensitive: ['pin'] });
    const team = teamOf(callerOf('lock', 1, INPUT), ['lock']);
    await using overseer = await createOverseer({ ...team, tools: { lock }, store });
    await overseer.run(tasksOf(1)).result;
    for (const secret of [KEY, 'sesame']) expect(await contents(store)).toContain(secret);
  });

  it('X3: own patterns hide what a host calls secret', async () => {
    const store = memory();
    const lock = toolThat(async () => 'case AB-1234 and KX-99');
    const team = teamOf(callerOf('lock'), ['lock']);
    const redact = { patterns: { case: /\b(AB|CD)-\d{4}/g }, known: false };
    await using overseer = await createOverseer({ ...team, tools: { lock }, store, redact });
    await overseer.run(tasksOf(1)).result;
    expect(await contents(store)).toContain('case ⟦redacted: case⟧ and KX-99');
  });

  it('X3: a pattern that could take for ever is refused', async () => {
    const team = teamOf(callerOf('lock'), []);
    const redact = { patterns: { bad: /(a+)+b/ } };
    await expect(createOverseer({ ...team, redact })).rejects.toMatchObject({
      code: 'config.redact',
      message: expect.stringMatching(/^redact\.patterns\.bad: /),
    });
  });

  it('X3 R2: after a restart a call whose input was not kept is not made with the mark', async () => {
    const disk = mortalDisk();
    const seen: unknown[] = [];
    const open = { hangs: true };
    const lock = toolThat(
      (input) => {
        seen.push(input);
        return open.hangs ? new Promise<never>(() => undefined) : Promise.resolve('opened');
      },
      { sensitive: ['pin'], effect: 'idempotent' },
    );
    const options = () => ({
      ...teamOf(callerOf('lock', 2, INPUT), ['lock']),
      tools: { lock },
      redact: true,
    });
    const first = await createOverseer({ ...options(), store: disk.open });
    const run = first.run(tasksOf(1));
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await disk.kill();

    open.hangs = false;
    await using second = await createOverseer({ ...options(), store: disk.open });
    const again = second.open(run.id);
    again.resume();
    const { status } = await again.result;
    expect(status).toBe('completed');
    expect(JSON.stringify(seen)).not.toContain('redacted');
    expect(seen.at(-1)).toEqual(INPUT);
    const results = (await disk.events()).filter(({ type }) => type === 'tool.finished');
    expect(JSON.stringify(results[0])).toContain('a part of its input is not kept');
  });

  it.each(['once', 'probe'] as const)(
    'X3 R2: of a call in doubt whose input was not kept a person is asked: %s',
    async (effect) => {
      const disk = mortalDisk();
      let calls = 0;
      const lock = toolThat(
        () => {
          calls += 1;
          return new Promise<never>(() => undefined);
        },
        // It would look for the mark, and say that it never happened.
        { sensitive: ['pin'], effect, probe: async () => ({ kind: 'absent' }) },
      );
      const team = { ...teamOf(callerOf('lock', 1, INPUT), ['lock']), tools: { lock } };
      const first = await createOverseer({ ...team, redact: true, store: disk.open });
      const { id } = first.run(tasksOf(1));
      await until(() => calls === 1);
      await disk.kill();
      await using second = await createOverseer({ ...team, redact: true, store: disk.open });
      const run = second.open(id);
      run.resume();
      await until(() => second.questions().length === 1);
      const [question] = second.questions();
      expect(question?.request).not.toMatch(/sesame/);
      if (question !== undefined) await second.answer(question, 'done opened', 'mia');
      expect(await run.result).toMatchObject({ status: 'completed' });
      expect(calls).toBe(1);
    },
  );
});

async function contents(open: OpenStore): Promise<string> {
  const store = await open();
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  await store.close();
  return JSON.stringify(events);
}
