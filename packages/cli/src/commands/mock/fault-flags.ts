import type { MockFault, MockServiceOptions } from '@overseer/adapters/mock-llm';
import { ConfigError } from '@overseer/core/plugin';

/** What `--fault` sets of a service. */
export type FaultSettings = Pick<MockServiceOptions, 'everyFault' | 'everyReply' | 'everyModel'>;

/** What `--help` says that can be given. */
export const FAULT_HELP =
  'what goes wrong with every reply: status:429; cut, truncated, stall, midstream-error, malformed or evict, with :tokens before it; wrong-model, missing-ids, duplicate-ids; load-delay:ms';

/**
 * Reads faults: one refuses or breaks off, and what is wrong with what is said may come beside it. Throws `ConfigError` for
 * what is no fault, or two that exclude each other.
 */
export function faultsFrom(texts: readonly string[]): FaultSettings {
  const settings = texts.map(faultFrom);
  if (settings.filter(({ everyFault }) => everyFault !== undefined).length > 1)
    throw wrong('--fault may end replies in one way only; a scenario can have many.');
  const said = settings.flatMap(({ everyReply }) => everyReply ?? []);
  const everyReply = said.length === 0 ? {} : { everyReply: Object.assign({}, ...said) };
  return Object.assign({}, ...settings, everyReply);
}

const BREAKS = ['cut', 'truncated', 'stall', 'midstream-error', 'malformed', 'evict'] as const;

/** The model that answers in place of the one that is asked. */
const ANOTHER = 'another-model';

const SAID: ReadonlyMap<string, MockServiceOptions['everyReply'] & object> = new Map([
  ['wrong-model', { answeredBy: ANOTHER }],
  ['missing-ids', { withoutIds: true }],
  ['duplicate-ids', { sameIds: true }],
]);

function faultFrom(text: string): FaultSettings {
  const [, name = '', number] = /^([\w-]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  const amount = Number(number);
  if (name === 'status' && amount >= 400 && amount <= 599)
    return { everyFault: { kind: 'status', status: amount } };
  const kind = BREAKS.find((known) => known === name);
  if (kind !== undefined) {
    const everyFault: MockFault = { kind, afterTokens: Number(number ?? 2) };
    return { everyFault };
  }
  const everyReply = number === undefined ? SAID.get(name) : undefined;
  if (everyReply !== undefined) return { everyReply };
  if (name === 'load-delay' && number !== undefined)
    return { everyModel: { state: 'not-loaded', loadMs: amount } };
  const all = [...BREAKS, ...SAID.keys(), 'load-delay:500'];
  throw wrong(
    `--fault is status:429 (or another from 400 to 599), or one of ${all.join(', ')}, and got ${JSON.stringify(text)}.`,
  );
}

function wrong(sentence: string): ConfigError {
  return new ConfigError('config.command-line', sentence);
}
