import { Worker } from 'node:worker_threads';
import { ToolError } from '@overseer/core/plugin';
import { LINE_LIMIT, type LineMatcher, type MatchedLine, showLine } from './line-matcher.ts';

/** One file may keep the pattern busy for so long. */
const PATIENCE_MS = 2_000;

/** Runs apart from everything else, because a pattern may take for ever and nothing in this thread could stop it. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const pattern = new RegExp(workerData.source, workerData.flags);
parentPort.on('message', ({ text, limit }) => {
  const found = [];
  let line = 0;
  for (const one of text.split('\\n')) {
    line++;
    const match = found.length < limit ? pattern.exec(one) : null;
    if (match !== null) found.push([line, match.index, one.slice(0, match.index + ${LINE_LIMIT * 2})]);
  }
  parentPort.postMessage(found);
});`;

/** Matches lines by a regular expression, in a worker thread that is ended when one file takes longer than 2 s. */
export function patternMatcher(source: string, ignoreCase: boolean): LineMatcher {
  const flags = ignoreCase ? 'iu' : 'u';
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw wrongPattern(error);
  }
  let worker: Worker | undefined;
  return {
    match: async (text, limit) => {
      worker ??= new Worker(WORKER, { eval: true, workerData: { source, flags }, env: {} });
      const found = await ask(worker, { text, limit });
      return found.map(([line, at, part]): MatchedLine => ({ line, text: showLine(part, at) }));
    },
    [Symbol.asyncDispose]: async () => {
      await worker?.terminate();
    },
  };
}

function wrongPattern(error: unknown): ToolError {
  return new ToolError('tool.pattern', `The pattern is wrong: ${String(error)}.`, {
    cause: error,
  });
}

type Found = readonly (readonly [line: number, at: number, part: string])[];

async function ask(worker: Worker, question: object): Promise<Found> {
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  const timer = setTimeout(() => {
    const words = 'The pattern takes too long; make it simpler, or search for plain text.';
    reject(new ToolError('tool.pattern', words));
  }, PATIENCE_MS);
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.postMessage(question);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.removeAllListeners();
  }
}
