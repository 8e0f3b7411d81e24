import { currentHolder } from '@overseer/core/plugin';
import type {
  JoinAnswer,
  ReservationAnswer,
  ReservationMember,
  ReservationRequest,
  ReservationWant,
} from '@overseer/core/spec';
import { fromText, toText } from '../names.ts';

/** What is done in one statement with what else waits. */
export type Operation =
  | { readonly kind: 'join'; readonly member: ReservationMember; readonly nowMs: number }
  | { readonly kind: 'reserve'; readonly request: ReservationRequest }
  | {
      readonly kind: 'settle';
      readonly id: string;
      readonly amounts: Readonly<Record<string, number>> | undefined;
    }
  | { readonly kind: 'vacate'; readonly id: string; readonly member: string }
  | { readonly kind: 'renew'; readonly id: string; readonly nowMs: number }
  | { readonly kind: 'remove'; readonly members: readonly string[] };

/** What came of one. */
export type Outcome = JoinAnswer | ReservationAnswer | boolean | null;

/** An operation as the server reads it. */
export function encode(operation: Operation): object {
  switch (operation.kind) {
    case 'join': {
      const { id, name, terms } = operation.member;
      return {
        kind: 'join',
        id: toText(id),
        name: toText(name),
        holder: JSON.stringify(currentHolder(name)),
        terms: textKeys(terms, toText),
        nowMs: operation.nowMs,
      };
    }
    case 'reserve': {
      const { id, member, nowMs, wants, fence = 0 } = operation.request;
      return {
        kind: 'reserve',
        id: toText(id),
        member: toText(member),
        fence,
        nowMs: Math.ceil(nowMs),
        wants: wants.map(encodeWant),
      };
    }
    case 'settle': {
      const { kind, id, amounts } = operation;
      return {
        kind,
        id: toText(id),
        amounts: amounts === undefined ? null : textKeys(amounts, (amount) => amount),
      };
    }
    case 'vacate': {
      const { kind, id, member } = operation;
      return { kind, id: toText(id), member: toText(member) };
    }
    case 'renew':
      return { ...operation, id: toText(operation.id) };
    case 'remove':
      return { kind: 'remove', members: operation.members.map(toText) };
  }
}

/** What the server answered; `stranger` is one that did not join, `fenced` one whose places are somebody's who began later. */
export function decode(operation: Operation, answer: unknown): Outcome | 'stranger' | 'fenced' {
  if (answer === null || typeof answer !== 'object') return answer as boolean | null;
  const said = answer as Said;
  switch (said.kind) {
    case 'joined':
      return { kind: 'joined' };
    case 'disagrees':
      return {
        kind: 'disagrees',
        subject: fromText(said.subject),
        theirs: fromText(said.theirs),
        other: fromText(said.other),
      };
    case 'stranger':
    case 'fenced':
      return said.kind;
    case 'held':
      return { kind: 'held', at: said.at + ahead(operation, said.now) };
    case 'wait': {
      const { used, untilAt, window, now } = said;
      // A period ends by the calendar of whoever asks, all else by the server's clock.
      const byServer = window === 'period' ? 0 : ahead(operation, now);
      const limit = fromText(said.limit);
      return {
        kind: 'wait',
        limit,
        used,
        untilAt: untilAt === null ? undefined : untilAt + byServer,
      };
    }
  }
}

type Said =
  | { readonly kind: 'joined' | 'stranger' | 'fenced' }
  | {
      readonly kind: 'disagrees';
      readonly subject: string;
      readonly theirs: string;
      readonly other: string;
    }
  | { readonly kind: 'held'; readonly at: number; readonly now: number }
  | {
      readonly kind: 'wait';
      readonly limit: string;
      readonly used: number;
      readonly untilAt: number | null;
      readonly window: string;
      readonly now: number;
    };

/** How far the clock of whoever asked is ahead of the server's. */
function ahead(operation: Operation, serverMs: number): number {
  return operation.kind === 'reserve' ? Math.ceil(operation.request.nowMs) - serverMs : 0;
}

function encodeWant({ limit, window, capacity, amount }: ReservationWant): object {
  const name = toText(limit);
  const key = window.kind === 'period' ? `${name} from ${window.startAt}` : name;
  return {
    limit: name,
    key,
    capacity,
    amount,
    kind: window.kind,
    ...(window.kind === 'rolling' ? { windowMs: window.windowMs } : {}),
    ...(window.kind === 'period' ? { endAt: window.endAt } : {}),
  };
}

function textKeys<T, U>(
  values: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [toText(key), change(value)]),
  );
}
