import { describe, expect, it } from 'vitest';
import type { Heard } from '../call/server-lists.ts';
import { NO_CONTACT } from './contact.ts';
import { isSameStatus, statusSince } from './model-status.ts';
import type { StatusInput } from './status-input.ts';
import { statusOf } from './status-of.ts';

const SILENT_LIST: Heard = {
  isAsked: false,
  listedAt: undefined,
  failedAt: undefined,
  why: undefined,
  code: undefined,
  model: undefined,
};

const NOTHING: StatusInput = {
  isLoading: false,
  heard: SILENT_LIST,
  contact: NO_CONTACT,
  silence: undefined,
  alone: undefined,
  pause: undefined,
  full: undefined,
  running: 0,
  tasks: [],
  nowMs: 1_000,
};

const heard = (more: Partial<Heard>): Pick<StatusInput, 'heard'> => ({
  heard: { ...SILENT_LIST, ...more },
});
const silence = { at: 500, why: 'network: gone', code: 'network', isProbed: false };
const gone = { failedAt: 500, why: 'nobody is there', code: 'network' } as const;
const answered = (answeredAt: number) => ({ contact: { answeredAt, silence: undefined } });
const alone = { scope: 'server', why: 'network: gone', code: 'network', untilAt: 2_000 } as const;

describe('how a model is connected', () => {
  it.each<[string, Partial<StatusInput>, string, string | undefined]>([
    ['nothing was asked', {}, 'disconnected', 'not-asked'],
    ['its server is asked first', heard({ isAsked: true }), 'connecting', 'first'],
    ['its first call is under way', { running: 1 }, 'connecting', 'first'],
    ['its server listed it', heard({ listedAt: 400 }), 'connected', undefined],
    ['a call was answered', answered(400), 'connected', undefined],
    ['it is asked again, and is well', { ...answered(400), running: 1 }, 'connected', undefined],
    [
      'a list is asked for again, and it is well',
      heard({ listedAt: 400, isAsked: true }),
      'connected',
      undefined,
    ],
    ['its server did not list', heard(gone), 'disconnected', 'network'],
    ['that came after an answer', { ...answered(400), ...heard(gone) }, 'disconnected', 'network'],
    ['that came before an answer', { ...answered(600), ...heard(gone) }, 'connected', undefined],
    ['both came at once', { ...answered(500), ...heard(gone) }, 'connected', undefined],
    ['it is asked again', heard({ ...gone, isAsked: true }), 'connecting', 'again'],
    [
      'its only call failed',
      { contact: { answeredAt: undefined, silence } },
      'disconnected',
      'network',
    ],
    [
      'its only call failed, and another is under way',
      { contact: { answeredAt: undefined, silence }, running: 1 },
      'connecting',
      'again',
    ],
    ['its breaker opened', { ...answered(400), silence }, 'disconnected', 'network'],
    [
      'its breaker opened, and older calls are under way',
      { ...answered(400), silence, running: 2 },
      'disconnected',
      'network',
    ],
    [
      'one call tries it again',
      { ...answered(400), silence: { ...silence, isProbed: true }, running: 1 },
      'connecting',
      'again',
    ],
    ['its server answered since', { silence, ...heard({ listedAt: 600 }) }, 'connected', undefined],
    ['it is being loaded', { ...answered(400), isLoading: true }, 'connecting', 'loading'],
    [
      'its server says that it is being loaded',
      heard({ listedAt: 400, model: { id: 'm', state: 'busy' } }),
      'connecting',
      'loading',
    ],
    [
      'a call was answered since',
      { ...heard({ listedAt: 400, model: { id: 'm', state: 'busy' } }), ...answered(500) },
      'connected',
      undefined,
    ],
  ])('M2: %s', (_, more, state, code) => {
    const { connection } = statusOf({ ...NOTHING, ...more });
    expect(connection).toMatchObject({ state, code });
    expect(connection.reason).not.toBe('');
  });
});

describe('what a model is at', () => {
  const full = { why: '5/5 calls, resets in 8 s', untilAt: 9_000 };
  const pause = { why: 'rate-limit: slow down', code: 'rate-limit', untilAt: 3_000 };
  const cold = heard({ listedAt: 400, model: { id: 'm', state: 'cold' } });
  it.each<[string, Partial<StatusInput>, string, string | undefined, number | undefined]>([
    ['nothing', {}, 'idle', undefined, undefined],
    ['nothing, and it is not in memory', cold, 'idle', 'not-loaded', undefined],
    [
      'nothing, and it was loaded since',
      { ...cold, ...answered(500) },
      'idle',
      undefined,
      undefined,
    ],
    ['a call', { running: 1, pause, full: undefined }, 'processing', undefined, undefined],
    ['as many calls as it takes', { running: 3, full }, 'processing', 'limit', undefined],
    ['a call that tries it again', { running: 1, alone }, 'processing', undefined, undefined],
    ['left alone', { alone, full, pause }, 'error', 'network', 2_000],
    ['a pause', { pause, full }, 'waiting', 'rate-limit', 3_000],
    ['a limit', { full }, 'waiting', 'limit', 9_000],
  ])('M2: %s', (_, more, state, code, untilAt) => {
    const { work } = statusOf({ ...NOTHING, ...more });
    expect(work).toMatchObject({ state, code, untilAt });
    expect(work.reason).not.toBe('');
  });
});

it('M2: since when it is so is kept where only the words change, and for each state apart', () => {
  const first = statusSince(statusOf({ ...NOTHING, ...answered(400), running: 1 }), undefined, 500);
  const more = statusOf({ ...NOTHING, ...answered(400), running: 2 });
  expect(isSameStatus(more, first)).toBe(true);
  const second = statusSince(more, first, 600);
  expect(second.work).toMatchObject({ reason: '2 calls are under way', sinceAt: 500 });
  const third = statusSince(statusOf({ ...NOTHING, ...answered(400) }), second, 700);
  expect(third).toMatchObject({
    connection: { state: 'connected', sinceAt: 500 },
    work: { state: 'idle', sinceAt: 700 },
  });
});
