import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import { signalOf } from '../internal/signal-of.ts';
import { bytesOf, recordedBody } from './body-text.ts';
import { keptOfRequest, keptPath } from './kept-headers.ts';
import { differences, type Features, featuresOf, keyOf, likeness } from './match.ts';
import { ofNetwork } from './of-network.ts';
import { readCassette } from './read-cassette.ts';
import type { RecordedExchange, RecordedRequest } from './recorded.ts';
import { replayAnswer } from './replay-answer.ts';

/** How a cassette is replayed; every field has a default. */
export interface ReplayOptions {
  /**
   * Fields of a JSON body that are not compared, by path: `user`, `metadata.run`, `messages.*.id`. Hosts and headers are
   * never compared.
   */
  readonly ignore?: readonly string[];
  /** Whether answers come as fast as they are read, which is the default, or as they came. */
  readonly pace?: 'instant' | 'recorded';
  /** Whether the last of equal exchanges is given again and again; the default is that each is given once. */
  readonly repeat?: boolean;
  /** Answers what was not recorded, in place of a refusal. */
  readonly otherwise?: typeof globalThis.fetch;
  /** Where time comes from; the default is the system. */
  readonly clock?: Clock;
}

/** A cassette that answers. */
export interface CassettePlayer {
  /**
   * Answers what was recorded, equal requests in the order of the recording, as it was: status, kept headers, pieces,
   * cuts and failures. What was not recorded is refused with a 501 that no client tries again, whose message has what
   * differs from the nearest that was.
   */
  readonly fetch: typeof globalThis.fetch;
  /** What was asked and not recorded, a message for each; the newest 100. */
  readonly unrecorded: readonly string[];
  /** How many exchanges nobody has asked for. */
  readonly left: number;
  /** Throws `ConfigError` `config.cassette-unrecorded` where something was asked that was not recorded. */
  check(): void;
}

/** Replays a cassette. Throws `ConfigError` where the file is none. */
export function replayCassette(file: string, options: ReplayOptions = {}): CassettePlayer {
  const { ignore = [], pace = 'instant', clock = systemClock, otherwise } = options;
  const tape = readCassette(file).map((exchange) => ({
    exchange,
    features: featuresOf(exchange.request, ignore),
  }));
  const waiting = queuesOf(tape);
  const unrecorded: string[] = [];
  let given = 0;
  const refuse = (features: Features): Response => {
    const message = unrecordedMessage(file, features, tape);
    unrecorded.push(message);
    if (unrecorded.length > MOST_KEPT) unrecorded.shift();
    return refusal(message);
  };
  const play: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init);
    const signal = signalOf(input, init) ?? sent.signal;
    signal.throwIfAborted();
    const body = await bytesOf(sent);
    const features = featuresOf(requestOf(sent, body), ignore);
    const queue = waiting.get(keyOf(features)) ?? [];
    const exchange = options.repeat === true && queue.length === 1 ? queue[0] : queue.shift();
    if (exchange !== undefined) {
      given++;
      return replayAnswer(exchange.answer, { pace, clock, signal });
    }
    if (otherwise === undefined) return refuse(features);
    const { url, method, headers } = sent;
    return otherwise(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
  };
  return {
    fetch: ofNetwork(play, globalThis.fetch),
    unrecorded,
    get left() {
      return Math.max(0, tape.length - given);
    },
    check() {
      const [first] = unrecorded;
      if (first !== undefined) throw new ConfigError('config.cassette-unrecorded', first);
    },
  };
}

const MOST_KEPT = 100;

interface Recorded {
  readonly exchange: RecordedExchange;
  readonly features: Features;
}

function queuesOf(tape: readonly Recorded[]): Map<string, RecordedExchange[]> {
  const queues = new Map<string, RecordedExchange[]>();
  for (const { exchange, features } of tape) {
    const key = keyOf(features);
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [exchange]);
    else queue.push(exchange);
  }
  return queues;
}

function requestOf(
  { url, method, headers }: Request,
  body: Uint8Array | undefined,
): RecordedRequest {
  return {
    method,
    path: keptPath(new URL(url)),
    headers: keptOfRequest(headers),
    ...(body === undefined ? {} : { body: recordedBody(body) }),
  };
}

function unrecordedMessage(file: string, asked: Features, tape: readonly Recorded[]): string {
  const what = `${asked.get('method')} ${asked.get('path')} is not in the cassette ${file}`;
  const [nearest] = tape
    .map(({ exchange, features }) => ({ exchange, features, like: likeness(features, asked) }))
    .sort((a, b) => b.like - a.like);
  if (nearest === undefined) return `${what}, which is empty; record it again.`;
  const lines = differences(nearest.features, asked);
  const which = `request ${nearest.exchange.n}`;
  return lines.length === 0
    ? `${what} any more: ${which} is the same and was given already; record it again, or allow repeats.`
    : `${what}; the nearest is ${which}, which differs in:\n  ${lines.join('\n  ')}\nRecord it again, or ignore these fields.`;
}

/** Every provider's client finds its message in one of these two places. */
function refusal(message: string): Response {
  const error = { type: 'unrecorded', code: 'unrecorded', message };
  return Response.json(
    { type: 'error', message, error },
    {
      status: 501,
      headers: { 'x-should-retry': 'false' },
    },
  );
}
