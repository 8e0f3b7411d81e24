import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { sensitive } from './internal/sensitive-mark.ts';
import { memory } from './journal/memory-store.ts';
import { openSealed, runKey, type SensitiveKeys } from './journal/sealed-values.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import { callerOf, eventsOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

const KEYS: SensitiveKeys = {
  current: 'new',
  keys: { new: Buffer.alloc(32, 1), old: Buffer.alloc(32, 2) },
};
const STRANGE: SensitiveKeys = { current: 'other', keys: { other: Buffer.alloc(32, 3) } };
const SECRETS = ['sesame', 'DE12-3456', 'Ada Byron', 'session-77'];
const INPUT = { pin: 'sesame', payee: { name: 'Ada Byron', town: 'London' }, iban: 'DE12-3456' };
const schema = (properties: object) => ({
  jsonSchema: { type: 'object', properties } as never,
  parse: (value: unknown) => ({ ok: true, value }) as const,
});
/** What is sensitive is said by the tool, by a schema some levels down, and by the host. */
const payTool = (seen: unknown[], execute = async (): Promise<never> => PAID) =>
  toolThat(
    (input) => {
      seen.push(input);
      return execute();
    },
    {
      sensitive: ['pin'],
      effect: 'idempotent',
      input: schema({ payee: { properties: { name: { type: 'string', sensitive: true } } } }),
      output: schema({ session: { type: 'string', format: 'password' } }),
    },
  );
const PAID = { session: 'session-77', paid: true } as never;

describe('sensitive', () => {
  it('X2: is worked with, sealed where it is written, and opened by who holds the key alone', async () => {
    const store = memory();
    const seen: unknown[] = [];
    const model = callerOf('pay', 1, INPUT);
    await using overseer = await createOverseer({
      ...teamOf(model, ['pay']),
      tools: { pay: payTool(seen) },
      store,
      sensitive: { keys: KEYS, fields: ['iban'] },
    });
    const run = overseer.run(tasksOf(1));
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([INPUT]);
    expect(JSON.stringify(model.requests)).toContain('session-77');

    const raw = await stored(store);
    for (const secret of SECRETS) expect(JSON.stringify(raw)).not.toContain(secret);
    expect(JSON.stringify(raw)).toContain('London');
    const opened = raw.map((event) => openSealed(event, KEYS));
    const called = opened.find(({ type }) => type === 'tool.started');
    expect(called?.data).toMatchObject({ input: INPUT });
    const done = opened.find(({ type }) => type === 'tool.finished');
    expect(done?.data).toMatchObject({ output: PAID });
    // A reader may be given the key of one run.
    const ofRun = runKey(KEYS, run.id);
    if (ofRun === undefined) throw new Error('there is no such key');
    expect(raw.map((event) => openSealed(event, ofRun))).toEqual(opened);
    for (const keys of [STRANGE, { ...ofRun, run: 'another' }]) {
      expect(raw.map((event) => openSealed(event, keys))).toEqual(raw);
    }
  });

  it('X2: is shown as [sealed] in events, delegations and the audit, while it runs and after', async () => {
    const store = memory();
    await using overseer = await createOverseer({
      ...teamOf(callerOf('pay', 1, INPUT), ['pay']),
      tools: { pay: payTool([]) },
      store,
      sensitive: { keys: KEYS, fields: ['iban'] },
    });
    const run = overseer.run(tasksOf(1));
    const following = eventsOf(run);
    await run.result;
    const events = await following;
    const told: unknown[] = [events, await eventsOf(overseer.open(run.id))];
    for await (const one of overseer.delegations({ run: run.id })) told.push(one);
    for await (const one of overseer.audit({ run: run.id })) told.push(one);
    for await (const one of overseer.project.history()) told.push(one);
    const said = JSON.stringify(told);
    for (const secret of [...SECRETS, '⟦sealed']) expect(said).not.toContain(secret);
    expect(events.find(({ type }) => type === 'tool.started')?.data).toMatchObject({
      input: { pin: '[sealed]', payee: { name: '[sealed]', town: 'London' }, iban: '[sealed]' },
    });
  });

  it('X2: what a host marks in texts is sealed in instructions, prompts, steps, questions and answers', async () => {
    const store = memory();
    const seen: unknown[] = [];
    const model = callerOf('pay', 0);
    await using overseer = await createOverseer({
      ...teamOf(model, []),
      tools: { pay: payTool(seen) },
      roles: { worker: { text: 'Work.', tools: ['pay'] } },
      store,
      sensitive: { keys: async () => KEYS },
    });
    const name = sensitive('Ada Byron');
    const run = overseer.run({
      context: `The customer is ${name}.`,
      tasks: [
        { key: 'a', instruction: `Write to ${name} now.` },
        {
          key: 'b',
          role: 'worker',
          instruction: 'Pay.',
          step: { tool: 'pay', input: { to: name } },
        },
        {
          key: 'c',
          instruction: `Ask of ${name}.`,
          kind: 'check',
          checks: [{ kind: 'approve', value: { person: 'mia', request: `Pay ${name}?` } as never }],
        },
      ],
    });
    void run.result;
    await until(() => overseer.questions().length === 1);
    const heard: string[] = [];
    overseer.onQuestion(({ request }) => heard.push(request));
    const [question] = overseer.questions();
    expect([question?.request, heard[0]]).not.toContain('Ada');
    if (question !== undefined) await overseer.answer(question, `yes, ${name}`, 'mia');
    await run.result;
    expect(JSON.stringify(model.requests)).toContain('Ada Byron');
    expect(seen).toEqual([{ to: 'Ada Byron' }]);
    expect(JSON.stringify(await stored(store))).not.toContain('Ada');
    const shown = JSON.stringify(await eventsOf(run));
    expect(shown).not.toContain('Ada');
    expect(shown).toContain('Write to [sealed] now.');
  });

  it('X2 R2: work goes on after a restart with what was sealed, under an older key too', async () => {
    const disk = mortalDisk();
    const seen: unknown[] = [];
    const hang = { on: true };
    const pay = payTool(seen, () =>
      hang.on ? new Promise<never>(() => undefined) : Promise.resolve(PAID),
    );
    const team = {
      ...teamOf(callerOf('pay', 1, INPUT), ['pay']),
      tools: { pay },
      store: disk.open,
    };
    const old = { ...KEYS, current: 'old' };
    const first = await createOverseer({ ...team, sensitive: { keys: old, fields: ['iban'] } });
    const { id } = first.run(tasksOf(1));
    await until(() => seen.length === 1);
    await disk.kill();
    expect(JSON.stringify(await disk.events())).not.toContain('sesame');
    hang.on = false;
    await using second = await createOverseer({ ...team, sensitive: { keys: KEYS } });
    const again = second.open(id);
    again.resume();
    expect(await again.result).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([INPUT, INPUT]);
  });

  it('X2 R2: without its key no tool is called with what is sealed', async () => {
    const disk = mortalDisk();
    const seen: unknown[] = [];
    const pay = payTool(seen, () => new Promise<never>(() => undefined));
    const team = {
      ...teamOf(callerOf('pay', 1, INPUT), ['pay']),
      tools: { pay },
      store: disk.open,
    };
    const first = await createOverseer({ ...team, sensitive: { keys: KEYS } });
    const { id } = first.run(tasksOf(1));
    await until(() => seen.length === 1);
    await disk.kill();
    const second = await createOverseer({
      ...team,
      tools: { pay: payTool(seen) },
      sensitive: { keys: STRANGE },
    });
    const again = second.open(id);
    again.resume();
    await again.result;
    expect(JSON.stringify(seen.slice(1))).not.toContain('sealed');
    await second.close();
  });

  it('X2: bytes that were changed, or moved to another event, stay sealed', async () => {
    const store = memory();
    await using overseer = await createOverseer({
      ...teamOf(callerOf('pay', 1, INPUT), ['pay']),
      tools: { pay: payTool([]) },
      store,
      sensitive: { keys: KEYS },
    });
    await overseer.run(tasksOf(1)).result;
    const event = (await stored(store)).find(({ type }) => type === 'tool.started');
    if (event === undefined) throw new Error('nothing was called');
    const moved = { ...event, id: 'another' };
    expect(openSealed(moved, KEYS)).toBe(moved);
    const text = JSON.stringify(event.data);
    const changed = {
      ...event,
      data: JSON.parse(text.replace(/j([\w-]{20})/, 'jAAAAAAAAAAAAAAAAAAAA')),
    };
    expect(JSON.stringify(openSealed(changed, KEYS).data)).toContain('⟦sealed: new j');
  });

  it.each([
    [{ current: 'x', keys: {} }, /the current key x is not among them/],
    [{ current: 'x', keys: { x: new Uint8Array(5) } }, /key x is not 32 bytes/],
    [{ current: 'a b', keys: { 'a b': new Uint8Array(32) } }, /an id of a key/],
  ])('X2 X5: keys that are none are refused without a word of them: %j', async (keys, message) => {
    const team = teamOf(callerOf('pay'), []);
    await expect(createOverseer({ ...team, sensitive: { keys } })).rejects.toMatchObject({
      code: 'config.sensitive',
      message: expect.stringMatching(message),
    });
  });

  it('X2 X5: a mark without keys to seal it is refused before anything is written', async () => {
    const store = memory();
    await using overseer = await createOverseer({ ...teamOf(callerOf('pay'), []), store });
    const request = { tasks: [{ instruction: `Write to ${sensitive('Ada')}.` }] };
    expect(() => overseer.run(request)).toThrowError(
      expect.objectContaining({ code: 'config.sensitive' }),
    );
    expect(JSON.stringify(await stored(store))).not.toContain('Ada');
    expect(() => sensitive('a⟧b')).toThrowError(
      expect.objectContaining({ code: 'config.sensitive' }),
    );
  });
});

async function stored(open: OpenStore): Promise<readonly OverseerEvent[]> {
  const store = await open();
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  await store.close();
  return events;
}
