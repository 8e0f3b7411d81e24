import type { OverseerEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { decisionOf } from './decision.ts';
import {
  callFailed,
  callFinished,
  callStarted,
  event,
  HEDGE,
  planTask,
  START,
  verdict,
} from './event.fixture.ts';

const at = { task: 'a', model: 'm' };
const usage = {
  calls: 0,
  failedCalls: 0,
  uncertainCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  microUsd: 0,
};

describe('decisionOf', () => {
  it.each<readonly [string, OverseerEvent, string | undefined]>([
    ['a start', event('run.started', { title: 'Work' }), 'started: Work'],
    ['a stop', event('run.suspended', { because: 'closed' }), 'suspended: closed'],
    ['going on', event('run.resumed', { because: 'asked' }), 'goes on: asked'],
    ['one task', event('plan.accepted', { by: 'host', tasks: [planTask('a')] }), '1 task planned'],
    [
      'the plan of a model',
      event('plan.accepted', { by: 'model', tasks: [planTask('a'), planTask('b')] }),
      '2 tasks planned: Title of a, Title of b',
    ],
    [
      'the making of a plan, of which nobody need hear',
      event('plan.accepted', { by: 'host', tasks: [planTask('plan', { kind: 'plan' })] }),
      undefined,
    ],
    [
      'a budget that comes to its warning',
      event('budget.crossed', {
        ...{ scope: 'user:mia', metric: 'usd', share: 0.8 },
        ...{ used: 300_000, held: 100_000, capacity: 500_000 },
      }),
      'user mia has used or reserved 80 % of a budget of $0.5000',
    ],
    [
      'a call that other processes left no room for',
      event(
        'call.withheld',
        { because: 'key team, over all processes: 20/20 calls, resets in 2 s' },
        at,
      ),
      'a waits: key team, over all processes: 20/20 calls, resets in 2 s',
    ],
    [
      'a task given away',
      event('task.assigned', { model: 'm', because: 'free' }, at),
      'a goes to m',
    ],
    ['a task for no model', event('task.assigned', { because: 'needs no model' }, at), undefined],
    [
      'a substitution, with the limit that caused it',
      event(
        'task.assigned',
        {
          model: 'm',
          because: 'n: 5/5 calls, resets in 8 s; m takes over from n',
          insteadOf: 'n',
          considered: [{ model: 'n', admission: 'wait', why: '5/5 calls, resets in 8 s' }],
        },
        at,
      ),
      'n is at 5/5 calls, resets in 8 s: gave a to m',
    ],
    [
      'a substitution, with the failure that caused it',
      event(
        'task.assigned',
        {
          model: 'm',
          because: 'n: network: openai/n: gone; check the server; m takes over from n',
          insteadOf: 'n',
          considered: [
            { model: 'n', admission: 'wait', why: 'network: openai/n: gone; check the server' },
          ],
        },
        at,
      ),
      'n: network: gone: gave a to m',
    ],
    [
      'a substitution for refused answers, though the model that gave them is free',
      event(
        'task.assigned',
        {
          model: 'm',
          because: 'n: was refused 2 times; m takes over from n',
          insteadOf: 'n',
          considered: [{ model: 'n', admission: 'run', why: 'free' }],
        },
        at,
      ),
      'n was refused 2 times: gave a to m',
    ],
    [
      'an escalation, with what it is worth',
      event(
        'task.assigned',
        {
          model: 'm',
          because:
            'n was refused and repairs 20 % of such; m succeeds with 90 % for $0.0100 more; m plays coder',
          insteadOf: 'n',
          considered: [{ model: 'n', admission: 'wait', why: '5/5 calls, resets in 8 s' }],
        },
        at,
      ),
      'n was refused and repairs 20 % of such; m succeeds with 90 % for $0.0100 more: gave a to m',
    ],
    [
      'a wait',
      event('task.waiting', { because: 'm: auth: openai/m: wrong key' }, at),
      'a waits: m: auth: wrong key',
    ],
    [
      'a model that is left alone',
      event(
        'model.changed',
        { connection: 'connected', work: 'error', because: 'auth: openai/m: wrong key' },
        { model: 'm' },
      ),
      'm is left alone: auth: wrong key',
    ],
    [
      'a key that is left alone',
      event(
        'key.changed',
        { keyName: 'work', state: 'down', because: 'auth: openai/m: wrong key' },
        { model: 'm' },
      ),
      'the key work of m is left alone: auth: wrong key',
    ],
    [
      'a key that is used again',
      event(
        'key.changed',
        { keyName: 'work', state: 'up', because: 'it answers again' },
        { model: 'm' },
      ),
      'the key work of m is used again: it answers again',
    ],
    [
      'a store of answers that is left alone',
      event('cache.changed', { part: 'store', state: 'down', because: 'gone (3 times in a row)' }),
      'the store of answers is left alone: gone (3 times in a row)',
    ],
    [
      'what embeds texts and works again',
      event('cache.changed', { part: 'embed', state: 'up', because: 'it answers again' }),
      'what embeds texts is up: it answers again',
    ],
    [
      'a model that answers again',
      event(
        'model.changed',
        { connection: 'connected', work: 'validating', because: 'it answers again' },
        { model: 'm' },
      ),
      'm is connected: it answers again',
    ],
    [
      'a rate that was learned',
      event(
        'limit.learned',
        { rate: { requests: { limit: 20 } }, because: 'it refused a call' },
        { model: 'm' },
      ),
      'm gets 20 calls a minute at most: it refused a call',
    ],
    [
      'a rate that was lifted',
      event('limit.learned', { rate: {}, because: 'it bears more' }, { model: 'm' }),
      'm is slowed down no more: it bears more',
    ],
    [
      'a failed call that is made again soon',
      callFailed('c', 'a', 'm', { retryAt: START + 1_540 }),
      'm failed at a (network: connect ECONNREFUSED 127.0.0.1:9); tries again in 1.5 s',
    ],
    [
      'a failed call of a review, charged though nobody saw its end',
      callFailed('c', 'a/review-1-0', 'm', { retryAt: START, uncertain: true }),
      'm failed at a (network: connect ECONNREFUSED 127.0.0.1:9), charged at its estimate; tries again',
    ],
    [
      'an unknown model, with those that there are',
      callFailed('c', 'a', 'm', {
        kind: 'not-found',
        retryable: false,
        message: 'the server has no model "m"; did you mean "n"? it has n, o',
      }),
      'm failed at a (not-found: the server has no model "m"; did you mean "n"? it has n, o); no use trying again',
    ],
    ['a call, of which nobody need hear', callStarted('c', 'a', 'm'), undefined],
    [
      'a second model that is asked the same',
      callStarted('c2', 'a', 'n', HEDGE),
      'a: m gave no first word in 4.2 s: asked n too',
    ],
    [
      'a second model that fails, and is not asked again',
      callFailed('c2', 'a', 'n'),
      'n failed at a (network: connect ECONNREFUSED 127.0.0.1:9)',
    ],
    [
      'a call that was broken off for an answer that came first',
      callFailed('c', 'a', 'm', {
        ...{ kind: 'aborted', message: 'n answered first', lostTo: 'c2', uncertain: true },
      }),
      'a: n answered first: m was broken off, charged at its estimate',
    ],
    ['an answered call, of which nobody need hear', callFinished('c', 'a', 'm'), undefined],
    [
      'a refusal, with its place',
      verdict('a', 'tsc', {
        kind: 'fail',
        findings: [{ message: 'wrong type', file: 'x.ts', line: 3 }],
      }),
      'a: tsc refused it: x.ts:3: wrong type; the next attempt is told',
    ],
    [
      'a refusal without findings',
      verdict('a', 'tsc', { kind: 'fail', findings: [] }),
      'a: tsc refused it: no reason given; the next attempt is told',
    ],
    ['a passed check, of which nobody need hear', verdict('a', 'tsc', { kind: 'pass' }), undefined],
    [
      'a check that was not made',
      verdict('a', 'tsc', { kind: 'pass', skipped: 'there is no compiler' }),
      'a: tsc skipped: there is no compiler',
    ],
    [
      'a move to another model, without advice',
      event(
        'attempt.ended',
        { outcome: 'moved', because: 'm: openai/m: gone; the connection failed; n is free' },
        at,
      ),
      'a: m: gone; n is free',
    ],
    [
      'an attempt whose verdict said it already',
      event('attempt.ended', { outcome: 'rejected', because: 'x' }, at),
      undefined,
    ],
    [
      'a change that does not fit',
      event('change.refused', { because: 'README.md has changed', findings: [] }, at),
      'a: the change does not fit: README.md has changed',
    ],
    [
      'a task that is done',
      event('task.done', { changed: ['x.ts', 'y.ts'], commit: '0123456789' }, at),
      'a is done, x.ts y.ts, commit 0123456',
    ],
    ['a task done in text', event('task.done', {}, at), 'a is done'],
    [
      'a review that is done, of which nobody need hear',
      event('task.done', {}, { task: 'a/review-1-0' }),
      undefined,
    ],
    ['a failed task', event('task.failed', { because: 'no' }, at), 'a failed: no'],
    ['a skipped task', event('task.skipped', { because: 'no' }, at), 'a skipped: no'],
    [
      'a question to a person',
      event(
        'question.asked',
        {
          id: 'q',
          check: 0,
          validator: 'approve',
          ask: { kind: 'ask', of: { person: 'Ada' }, request: 'May I?' },
        },
        at,
      ),
      'a asks Ada: May I?',
    ],
    [
      'a question to a model, of which nobody need hear',
      event(
        'question.asked',
        {
          id: 'q',
          check: 0,
          validator: 'review',
          ask: { kind: 'ask', of: { role: 'reviewer' }, request: 'Is it right?' },
        },
        at,
      ),
      undefined,
    ],
    [
      'an end, which the last screen tells',
      event('run.finished', { status: 'completed', usage }),
      undefined,
    ],
  ])('A6: %s in one line', (_, given, words) => {
    expect(decisionOf(given)).toBe(words);
  });

  it('A6: a long reason is cut, and stays on one line', () => {
    const line = decisionOf(event('task.failed', { because: `x\n${'y'.repeat(500)}` }, at)) ?? '';
    expect(line).not.toContain('\n');
    expect(line.length).toBe(180);
    expect(line.endsWith('…')).toBe(true);
  });
});
