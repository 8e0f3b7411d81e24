import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { AuditFilter, ToolCallRecord } from './observe/tool-audit.ts';
import type { Overseer } from './overseer.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { callerOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

async function auditOf(
  overseer: Overseer,
  filter?: AuditFilter,
): Promise<readonly ToolCallRecord[]> {
  const records: ToolCallRecord[] = [];
  for await (const record of overseer.audit(filter)) records.push(record);
  return records;
}

describe('the audit of tool calls', () => {
  it('T5: every call is in it, allowed or not, with who, what, when, by whose leave and what came of it', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const model = fakeModel({
      reply: (_, nth) => {
        const wishes = [
          { name: 'read', input: { path: 'a.ts' } },
          { name: 'deploy', input: { to: 'live' } },
          { name: 'deploy', input: { to: 'live' } },
          { name: 'wirte', input: { key: 'secret' } },
          { name: 'read', input: 'nothing' },
          { name: 'read', input: { path: 'b.ts' } },
          { name: 'read', input: { path: 'c.ts' } },
        ];
        const wish = wishes[nth - 1];
        clock.advance(1_000);
        return wish === undefined ? { text: 'done' } : { toolCalls: [wish] };
      },
    });
    const read = toolThat(
      async (input) => {
        clock.advance(10);
        if (JSON.stringify(input).includes('b.ts')) throw new Error('the disk is gone');
        return 'text';
      },
      {
        input: {
          jsonSchema: {},
          parse: (value) =>
            typeof value === 'string'
              ? { ok: false, problems: ['expected an object'] }
              : { ok: true, value },
        },
      },
    );
    const deploy = toolThat(async () => 'deployed', { permissions: ['write'], effect: 'once' });
    await using overseer = await createOverseer({
      ...teamOf(model, ['read', 'deploy']),
      tools: { read, deploy },
      toolLimits: [{ tool: 'read', limits: ['2 calls / 1d'] }],
      clock,
    });
    const given = await overseer.grant(
      { tool: 'deploy', to: { role: 'worker' }, uses: 1 },
      { by: 'mia' },
    );
    const run = overseer.run(tasksOf(1), { user: 'ada', tenant: 'acme' });
    await run.result;
    const records = await auditOf(overseer);
    expect(records.map(({ tool, decision, outcome }) => [tool, decision, outcome])).toEqual([
      ['read', 'allowed', 'done'],
      ['deploy', 'allowed', 'done'],
      ['deploy', 'denied', 'not made'],
      ['wirte', 'unknown', 'not made'],
      ['read', 'invalid', 'not made'],
      ['read', 'allowed', 'broken'],
      ['read', 'over-quota', 'not made'],
    ]);
    expect(records[0]).toEqual({
      run: run.id,
      task: 't0',
      attempt: expect.any(String),
      id: 'call_1',
      tool: 'read',
      model: 'a',
      role: 'worker',
      user: 'ada',
      tenant: 'acme',
      input: { path: 'a.ts' },
      decision: 'allowed',
      grants: [],
      outcome: 'done',
      because: undefined,
      startedAt: startedAt + 1_000,
      starts: 1,
      endedAt: startedAt + 1_010,
    });
    expect(records[1]).toMatchObject({ grants: [given.id], input: { to: 'live' } });
    expect(records[2]).toMatchObject({
      because: expect.stringContaining('used up'),
      startedAt: undefined,
      starts: 0,
      input: { to: 'live' },
    });
    // Nobody can say what of it was secret.
    expect(records[3]?.input).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(records[5]).toMatchObject({ because: 'The tool failed: Error: the disk is gone' });
    const ended = (await auditOf(overseer, { tool: 'deploy' })).map(({ decision }) => decision);
    expect(ended).toEqual(['allowed', 'denied']);
    expect(await auditOf(overseer, { decision: 'denied', role: 'coder' })).toEqual([]);
    expect(await auditOf(overseer, { user: 'ada', run: run.id, model: 'a' })).toHaveLength(7);
  });

  it('T5 T1: shows nothing of an input that its tool calls sensitive', async () => {
    const login = toolThat(async () => 'in', { sensitive: ['password'] });
    const unlock = toolThat(async () => 'open', { sensitive: true });
    const model = fakeModel({
      reply: (_, nth) =>
        nth > 1
          ? { text: 'done' }
          : {
              toolCalls: [
                { id: 'a', name: 'login', input: { user: 'mia', password: 'hunter2' } },
                { id: 'b', name: 'login', input: 'hunter2' },
                { id: 'c', name: 'unlock', input: { code: 'hunter2' } },
              ],
            },
    });
    await using overseer = await createOverseer({
      ...teamOf(model, ['login', 'unlock']),
      tools: { login, unlock },
    });
    await overseer.run(tasksOf(1)).result;
    const inputs = (await auditOf(overseer)).map(({ input }) => input);
    expect(inputs).toEqual([
      { user: 'mia', password: '[not shown]' },
      '[not shown]',
      '[not shown]',
    ]);
  });

  it('T5 R1: tells of calls under way, of those that were cut off, and of those begun again after a crash', async () => {
    const disk = mortalDisk();
    let begun = 0;
    const hanging = toolThat(
      async (_, { signal }) => {
        begun += 1;
        return await new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      { effect: 'idempotent' },
    );
    const options = {
      ...teamOf(callerOf('work'), ['work']),
      tools: { work: hanging },
      store: disk.open,
    };
    const first = await createOverseer(options);
    const run = first.run(tasksOf(1));
    await until(() => begun === 1);
    expect(await auditOf(first)).toMatchObject([{ outcome: 'open', starts: 1, task: 't0' }]);
    await disk.kill();

    const second = await createOverseer({
      ...options,
      toolLimits: [{ tool: 'work', limits: ['9 calls / 1h'] }],
    });
    second.open(run.id).resume();
    await until(() => begun === 2);
    expect(await auditOf(second)).toMatchObject([{ outcome: 'open', starts: 2 }]);
    await second.cancel({ run: run.id });
    expect(await auditOf(second)).toMatchObject([{ outcome: 'cut-off', decision: 'allowed' }]);
    await second.close();
  });

  it('T5: a task that a tool does is in it, under no model', async () => {
    const send = toolThat(async () => 'sent', { permissions: ['network'] });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('send'), []),
      tools: { send },
    });
    await overseer.run({
      tasks: [{ key: 's', instruction: 'x', step: { tool: 'send', input: { to: 'mia' } } }],
    }).result;
    expect(await auditOf(overseer)).toMatchObject([
      { tool: 'send', model: undefined, task: 's', input: { to: 'mia' }, outcome: 'done' },
    ]);
  });
});
