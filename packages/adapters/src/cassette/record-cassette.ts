import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs';
import { type Clock, systemClock } from '@overseer/core/plugin';
import { signalOf } from '../internal/signal-of.ts';
import { bytesOf, recordedBody } from './body-text.ts';
import { cassetteError } from './cassette-error.ts';
import { keptOfAnswer, keptOfRequest, keptPath, secretsOfRequest } from './kept-headers.ts';
import { createMask, type Mask } from './mask.ts';
import { failureOf } from './network-failure.ts';
import { ofNetwork } from './of-network.ts';
import { type Heard, listenTo } from './record-answer.ts';
import { CASSETTE_FORMAT, type RecordedExchange, type RecordedRequest } from './recorded.ts';

/** How a cassette is recorded; every field has a default. */
export interface RecordOptions {
  /** What reaches the real server; the default is the host's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** What else must not be written, wherever it stands: texts of 8 characters or more. */
  readonly secrets?: readonly string[];
  /** Whether a file that is there is written over; the default is to refuse. */
  readonly overwrite?: boolean;
  /** Where time comes from; the default is the system. */
  readonly clock?: Clock;
}

/** A recording under way. Disposing it closes the file; an answer that has not ended by then is written as far as it was read. */
export interface CassetteRecorder extends Disposable {
  /** Passes every request on, and writes it down with its answer when that has ended. */
  readonly fetch: typeof globalThis.fetch;
  /** How many exchanges are written. */
  readonly recorded: number;
  /** How many were left out because they had over 16 MiB. */
  readonly leftOut: number;
}

/**
 * Records what goes through its `fetch` into a new file that you alone may read. Headers are written by a short list of
 * harmless names, and keys, tokens and cookies that were sent are starred out wherever a body repeats them. Throws
 * `ConfigError` where the file is there already, or cannot be written.
 */
export function recordCassette(file: string, options: RecordOptions = {}): CassetteRecorder {
  const { fetch = globalThis.fetch, clock = systemClock } = options;
  const mask = createMask(options.secrets ?? []);
  let open: number | undefined = create(file, options.overwrite === true);
  let n = 0;
  let recorded = 0;
  let leftOut = 0;
  const underWay = new Set<() => void>();
  const write = (exchange: RecordedExchange): void => {
    if (open === undefined) return;
    writeSync(open, `${JSON.stringify(exchange)}\n`);
    recorded++;
  };
  const record: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init);
    const number = ++n;
    const body = await bytesOf(sent);
    mask.learn(secretsOfRequest(new URL(sent.url), sent.headers));
    const request = requestOf(sent, body, mask);
    const keep = (answer: Heard): void => {
      if (answer.kind === 'too-large') leftOut++;
      else write({ n: number, request, answer });
    };
    const { method, headers, redirect } = sent;
    const signal = signalOf(input, init) ?? sent.signal;
    const startedAt = clock.now();
    try {
      const given = { method, headers, signal, redirect, ...(body === undefined ? {} : { body }) };
      const response = await fetch(sent.url, given);
      const head = {
        afterMs: Math.max(0, clock.now() - startedAt),
        status: response.status,
        headers: masked(keptOfAnswer(response.headers), mask),
      };
      return listenTo(response, { head, mask, clock, signal, keep, underWay });
    } catch (error) {
      const afterMs = Math.max(0, clock.now() - startedAt);
      const failure = failureOf(error);
      if (signal.aborted) keep({ kind: 'silent' });
      else
        keep({
          kind: 'failed',
          afterMs,
          failure: { ...failure, message: mask.hideText(failure.message) },
        });
      throw error;
    }
  };
  return {
    fetch: ofNetwork(record, fetch),
    get recorded() {
      return recorded;
    },
    get leftOut() {
      return leftOut;
    },
    [Symbol.dispose]() {
      // A client is done with an answer when that says so, which is before its body has ended.
      for (const leave of [...underWay]) leave();
      if (open !== undefined) closeSync(open);
      open = undefined;
    },
  };
}

function create(file: string, overwrite: boolean): number {
  try {
    const open = openSync(file, overwrite ? 'w' : 'wx', 0o600);
    // A file that was there keeps its mode.
    fchmodSync(open, 0o600);
    writeSync(open, `${JSON.stringify({ format: CASSETTE_FORMAT })}\n`);
    return open;
  } catch (cause) {
    const exists = (cause as { readonly code?: unknown }).code === 'EEXIST';
    const why = exists
      ? 'is there already; remove it, or say that it may be written over.'
      : 'cannot be written; give a path in a folder that exists.';
    throw cassetteError(file, why, cause);
  }
}

function requestOf(
  { url, method, headers }: Request,
  body: Uint8Array | undefined,
  mask: Mask,
): RecordedRequest {
  return {
    method,
    path: mask.hideText(keptPath(new URL(url))),
    headers: masked(keptOfRequest(headers), mask),
    ...(body === undefined ? {} : { body: recordedBody(mask.hide(body)) }),
  };
}

function masked(
  headers: Readonly<Record<string, string>>,
  mask: Mask,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, mask.hideText(value)]),
  );
}
