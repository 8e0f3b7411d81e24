import { join } from 'node:path';
import { buildForChildren } from '../../scripts/test-files/build-for-children.ts';
import type { MeasureRequest } from '../processes/measure.ts';
import { freshProcess } from './fresh-process.ts';
import { startServer } from './mock-server.ts';
import type { Measured } from './results.ts';
import type { Work } from './work.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Pieces of each streamed answer, where the work does not say. */
const CHUNKS = 20;

/** Keys that clients insist on, and switches that stop them from calling home. */
const ENVIRONMENT = {
  OPENAI_API_KEY: 'none',
  DO_NOT_TRACK: '1',
  LANGSMITH_TRACING: 'false',
  MASTRA_TELEMETRY_DISABLED: '1',
  OPENAI_AGENTS_DISABLE_TRACING: '1',
};

/** What to measure, how often, and where to say how far it is. */
export interface Measuring {
  readonly name: string;
  readonly work: Work;
  readonly subjects: readonly string[];
  readonly repeats: number;
  readonly progress: (line: string) => void;
}

/** Measures all subjects in turns, each time in a fresh process: A B C, A B C, … A failure is told and leaves a gap. */
export async function measureAll(measuring: Measuring): Promise<Measured> {
  const { name, work, subjects, repeats, progress } = measuring;
  // Users load what is built: the sources take several times as long.
  const code = process.env['OVERSEER_TEST_CODE'] ?? (await buildForChildren(ROOT));
  await using server = work.needsServer ? await startServer() : undefined;
  await using prepared = await work.prepare?.(subjects);
  const measured = Object.fromEntries(subjects.map((subject) => [subject, [] as Sample[]]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const subject of subjects) {
      progress(`${name}: ${subject}, ${repeat} of ${repeats}`);
      const baseURL = server?.baseURL(work.chunks ?? CHUNKS) ?? '';
      const sample = await measureOnce(measuring, code, {
        work: name,
        subject,
        baseURL,
        prepared: prepared?.values ?? {},
      });
      measured[subject]?.push(sample);
    }
  }
  return measured;
}

type Sample = Readonly<Record<string, number>> | undefined;

async function measureOnce(
  measuring: Measuring,
  code: string,
  request: MeasureRequest,
): Promise<Sample> {
  const outcome = await freshProcess<Readonly<Record<string, number>>>(
    new URL('../processes/measure.ts', import.meta.url),
    request,
    { code, timeoutMs: measuring.work.timeoutMs, env: ENVIRONMENT },
  );
  if (outcome.kind === 'answer') return outcome.value;
  measuring.progress(`${request.subject} failed: ${outcome.because}`);
  return undefined;
}
