import type { ChildProcess } from 'node:child_process';
import { ConfigError } from '@overseer/core/plugin';
import { asNumber, asObject, asText, parsedOr } from './json-reader.ts';

/** Where a started service is. */
export interface Readiness {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

/** The line by which a started service says that it is ready. Throws `ConfigError` where it ends without, or the signal aborts. */
export function readiness(
  child: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<Readiness> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complained = '';
    const fail = (why: string, cause?: unknown): void => {
      stop();
      reject(
        new ConfigError('config.mock-service', `The mock service did not start: ${why}`, { cause }),
      );
    };
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const end = said.indexOf('\n');
      if (end < 0) return;
      stop();
      resolve(readinessIn(said.slice(0, end)));
    };
    const hearComplaint = (chunk: Buffer): void => {
      complained = (complained + chunk.toString()).slice(-MOST_KEPT);
    };
    const onClose = (code: number | null): void =>
      fail(complained.trim() || `it ended with exit code ${code}.`);
    const onError = (cause: Error): void => fail(cause.message, cause);
    const onAbort = (): void => fail('the wait for it was given up.', signal?.reason);
    const stop = (): void => {
      child.stdout?.off('data', hear);
      child.stderr?.off('data', hearComplaint);
      child.off('close', onClose).off('error', onError);
      signal?.removeEventListener('abort', onAbort);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hearComplaint);
    child.once('close', onClose).once('error', onError);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

const MOST_KEPT = 4096;

function readinessIn(line: string): Readiness {
  const { url, port, pid } = asObject(parsedOr(line));
  return { url: asText(url), port: asNumber(port) ?? 0, pid: asNumber(pid) ?? 0 };
}
