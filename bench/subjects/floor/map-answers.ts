import type { Answers } from '../../harness/subject.ts';

/** A map by the request's own JSON: no bounds, no time, no scope, and another order of keys is another request. */
export async function mapAnswers(): Promise<Answers> {
  const kept = new Map<string, string>();
  return {
    keep: (request, answer) => void kept.set(JSON.stringify(request), answer),
    find: (request) => kept.get(JSON.stringify(request)),
    [Symbol.asyncDispose]: async () => kept.clear(),
  };
}
