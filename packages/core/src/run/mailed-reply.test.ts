import { describe, expect, it } from 'vitest';
import type { Mail } from '../spec/store.ts';
import type { ModelJob } from '../spec/transport.ts';
import { lateMail } from './late-reply.ts';
import { mailedReply } from './mailed-reply.ts';
import { type WorkerReply, workerMail } from './worker-reply.ts';

const NOW = 1_000;
const estimate = { inputTokens: 10, outputTokens: 20, microUsd: 70 };
const place = { run: 'r', task: 't', attempt: 'a', step: 1, model: 'm' };
const usage = { input: { total: 5 }, output: { total: 6 } };

const job = {
  ...place,
  id: 'c',
  estimate,
  stream: 's',
  request: { messages: [] },
} as unknown as ModelJob;

const answered = (usd?: number, text = 'fine'): Mail =>
  workerMail(job, 'worker', {
    type: 'answer',
    answer: {
      parts: [{ type: 'text', text }],
      reason: 'stop',
      usage: usd === undefined ? usage : { ...usage, usd },
      durationMs: 1,
    },
  } as unknown as WorkerReply['end']);

describe('mailedReply', () => {
  it('R8: reads what an overseer passed on, as it is', () => {
    const end = {
      type: 'call.failed',
      data: { kind: 'aborted', message: 'x', retryable: true, settled: estimate, uncertain: false },
    } as const;
    const reply = { ...place, call: 'c', end };
    expect(mailedReply(lateMail(reply), NOW)).toEqual(reply);
  });

  it('R8: counts a worker’s answer as its provider said, or else as was estimated', () => {
    expect(mailedReply(answered(), NOW)).toMatchObject({
      call: 'c',
      end: {
        type: 'call.finished',
        data: { settled: { inputTokens: 5, outputTokens: 6, microUsd: 70 } },
      },
    });
    expect(mailedReply(answered(0.00003), NOW)).toMatchObject({
      end: { data: { settled: { microUsd: 30 } } },
    });
  });

  it('R8: takes secrets out of what a worker said, as its team may have wanted', () => {
    const key = `sk-ant-api03-${'a1B2'.repeat(20)}`;
    const said = JSON.stringify(mailedReply(answered(undefined, `use ${key} now`), NOW));
    expect(said).not.toContain(key);
    expect(said).toMatch(/use .* now/);
  });

  it('R8: leaves what is no reply, was never sent, is sealed whole or cannot be read', () => {
    const sealed = answered();
    const withheld = workerMail(job, 'worker', {
      type: 'withheld',
      data: { because: 'no room' },
    } as unknown as WorkerReply['end']);
    const others: readonly Mail[] = [
      { id: 'o', kind: 'replies-kept', body: {} },
      withheld,
      { ...sealed, body: { ...(sealed.body as object), end: 'sealed' } },
      { ...sealed, body: null, problem: 'it cannot be read' },
    ];
    expect(others.map((mail) => mailedReply(mail, NOW))).toEqual(others.map(() => undefined));
  });
});
