import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Delegation } from './observe/delegation.ts';
import type { DelegationFilter } from './observe/delegations.ts';
import type { Overseer } from './overseer.ts';
import type { Tool } from './spec/tool.ts';
import { fakeModel } from './testing/fake-model.ts';

async function all(overseer: Overseer, filter?: DelegationFilter): Promise<readonly Delegation[]> {
  const found: Delegation[] = [];
  for await (const one of overseer.delegations(filter)) found.push(one);
  return found;
}

const look: Tool = {
  spec: 'tool/1',
  description: 'Looks.',
  input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
  permissions: ['read'],
  effect: 'none',
  timeoutMs: 1_000,
  execute: async () => 'seen',
};

describe('the record of delegations', () => {
  it('R4: says who had which task when, on which terms, and what came of it', async () => {
    let calls = 0;
    const model = fakeModel({
      reply: () => {
        calls += 1;
        if (calls === 2) {
          return { text: 'I look', toolCalls: [{ id: 'one', name: 'look', input: {} }] };
        }
        return { text: calls === 3 ? 'Result: 1 + 1 = 3' : 'fine' };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, grants: ['network'] } },
      roles: { looker: { text: 'Look.', tools: ['look'], grants: ['read'] } },
      tools: { look },
      validators: {
        first: {
          spec: 'validator/1',
          tier: 'automated',
          validate: ({ text }) =>
            text.includes('3')
              ? { kind: 'fail', findings: [{ message: 'that is wrong' }] }
              : { kind: 'pass' },
        },
      },
    });
    const deadlineAt = Date.now() + 3_600_000;
    const run = overseer.run({
      tasks: [
        { key: 'a', instruction: 'Begin' },
        {
          key: 'b',
          title: 'Sum',
          instruction: 'Go on',
          needs: ['a'],
          role: 'looker',
          checks: [{ kind: 'first' }],
          budget: { calls: 10 },
          deadlineAt,
        },
      ],
    });
    expect((await run.result).status).toBe('completed');
    const [a, refused, accepted, ...more] = await all(overseer, { run: run.id });
    expect(more).toEqual([]);
    expect(a).toMatchObject({
      task: 'a',
      model: 'm',
      role: 'worker',
      outcome: 'accepted',
      partial: [{ text: 'fine' }],
    });
    expect(a?.expectedEndAt).toBeUndefined();
    expect(refused).toMatchObject({
      run: run.id,
      task: 'b',
      title: 'Sum',
      model: 'm',
      role: 'looker',
      deadlineAt,
      context: { inputs: [{ task: 'a', characters: 4 }] },
      prerequisites: [{ task: 'a', status: 'done' }],
      tools: ['look'],
      permissions: ['read', 'network'],
      success: { objective: 'Go on', checks: [{ kind: 'first' }], budget: { calls: 10 } },
      partial: [
        { text: 'I look', tools: [{ id: 'one', name: 'look', outcome: 'done' }] },
        { text: 'Result: 1 + 1 = 3', tools: [] },
      ],
      validation: {
        verdicts: [{ validator: 'answer' }, { validator: 'first', verdict: { kind: 'fail' } }],
      },
      outcome: 'rejected',
    });
    expect(refused?.context.sections.map(({ layer }) => layer)).toContain('task');
    expect(refused?.expectedEndAt).toBeGreaterThan((refused?.assignedAt ?? Number.NaN) - 1_000);
    expect(accepted).toMatchObject({ task: 'b', outcome: 'accepted', partial: [{ text: 'fine' }] });
    expect(accepted?.context.sections.map(({ layer }) => layer)).toContain('history');
    expect((accepted?.assignedAt ?? 0) <= (accepted?.endedAt ?? -1)).toBe(true);
    expect(await all(overseer, { task: 'a' })).toEqual([a]);
    expect(await all(overseer, { role: 'looker', model: 'm' })).toHaveLength(2);
  });

  it('R4: tells of what is under way, and after a death too', async () => {
    const disk = mortalDisk();
    const model = fakeModel({
      reply: ({ messages }) =>
        messages.length > 2
          ? { text: 'late', delayMs: 60_000 }
          : { text: 'halfway', toolCalls: [{ id: 't', name: 'look', input: {} }] },
    });
    const team = {
      overseer: 'm',
      models: { m: { model } },
      roles: { looker: { text: 'Look.', tools: ['look'], grants: ['read'] } },
      tools: { look },
      store: disk.open,
      graceMs: 0,
    } as const;
    const first = await createOverseer(team);
    const run = first.run({ tasks: [{ key: 'a', instruction: 'x', role: 'looker' }] });
    await until(() => model.requests.length === 2);
    const open = { task: 'a', outcome: 'open', partial: [{ text: 'halfway' }] };
    expect(await all(first)).toMatchObject([open]);
    await disk.kill();
    await using second = await createOverseer(team);
    expect(await all(second, { run: run.id })).toMatchObject([open]);
    await second.cancel({ run: run.id }, { because: 'not wanted' });
    expect(await all(second)).toMatchObject([
      { ...open, outcome: 'cancelled', reason: 'not wanted' },
    ]);
    void first.close().catch(() => undefined);
  });

  it('R4: one that a tool does has no model; what is not there is refused', async () => {
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      roles: { looker: { text: 'Look.', tools: ['look'], grants: ['read'] } },
      tools: { look },
    });
    const step = { tool: 'look', input: {} };
    const run = overseer.run({ tasks: [{ key: 's', instruction: 'x', role: 'looker', step }] });
    await run.result;
    expect(await all(overseer)).toMatchObject([
      {
        task: 's',
        model: undefined,
        tools: ['look'],
        partial: [{ call: undefined, text: 'seen' }],
      },
    ]);
    await expect(all(overseer, { run: 'nobody' })).rejects.toMatchObject({ code: 'run.unknown' });
    const none = all(overseer, { run: run.id, task: 'nothing' });
    await expect(none).rejects.toMatchObject({ code: 'task.unknown' });
  });
});
