import { answerOf } from '../attempt/call-end.ts';
import { whileAlive } from '../attempt/signs-of-life.ts';
import { generateUntil } from '../call/generate.ts';
import type { ModelError } from '../errors/model-error.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import { defined } from '../internal/defined.ts';
import type { SensitiveKeys } from '../journal/sealed-values.ts';
import { requestIn, SEALED_FOR_OTHERS } from '../run/sealed-job.ts';
import type { WorkerReply } from '../run/worker-reply.ts';
import type { Model } from '../spec/model.ts';
import type { ModelJob } from '../spec/transport.ts';

/** With what a call is made. */
export interface JobTools {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** What opens jobs that are sealed. */
  readonly keys: SensitiveKeys | undefined;
  /** Breaks the call off. */
  readonly cancel: Cancellation;
}

/** Makes the call of a job, once, and gives how it ended. Never rejects. */
export async function workJob(
  job: ModelJob,
  model: Model,
  { clock, deadlines, fetch, cancel, keys }: JobTools,
): Promise<WorkerReply['end']> {
  const { model: what, silentMs: holdMs, keyName } = job;
  const request = requestIn(job, keys);
  if (request === undefined) return SEALED_FOR_OTHERS;
  const startedAt = clock.elapsed();
  const sinceStart = (): number => Math.round(clock.elapsed() - startedAt);
  let firstTokenMs: number | undefined;
  try {
    const bounds = { clock, deadlines, holdMs, cancel, what };
    const response = await whileAlive(bounds, (line) =>
      generateUntil(
        line.stop,
        model,
        request,
        { signal: line.signal, ...defined({ fetch, keyName }) },
        (event) => {
          line.alive();
          if (event.type === 'delta' || event.type === 'part') firstTokenMs ??= sinceStart();
        },
      ),
    );
    return { type: 'answer', answer: answerOf(response, sinceStart(), firstTokenMs) };
  } catch (thrown) {
    // `generateUntil` and `whileAlive` throw nothing but ModelError.
    const { kind, message, retryable, retryAfterMs, rate, begun, otherKey } = thrown as ModelError;
    // Nobody here aborted it: then the adapter broke off by itself, and that counts against the model.
    const counted = kind === 'aborted' && !cancel.aborted ? 'interrupted' : kind;
    const isCurable = retryable || counted === 'interrupted';
    const failure = { kind: counted, message, retryable: isCurable, begun, otherKey };
    return { type: 'failure', failure: { ...failure, ...defined({ retryAfterMs, rate }) } };
  }
}
