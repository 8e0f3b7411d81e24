import { decide } from '../decide.ts';
import type { Dialect } from '../dialect.ts';
import type { Exchange } from '../exchange.ts';
import { asText } from '../json-reader.ts';
import type { Failure } from '../wire.ts';
import type { AnswerLine } from './batch-shelf.ts';

/** Answers a line of a batch by the service's rules, in one piece; whatever breaks a stream off fails it. */
export function lineAnswerer(
  { service, seen }: Exchange,
  dialectOf: (path: string) => Dialect | undefined,
): AnswerLine {
  let lines = 0;
  return (path, body) => {
    const dialect = dialectOf(path);
    if (dialect === undefined) return { status: 404, body: {} };
    const model = asText(body['model']);
    const { wire } = dialect;
    const fail = (failure: Failure): { status: number; body: object } => {
      const { status } = failure;
      if (model !== '') service.record({ model, outcome: 'failed', status });
      return { status, body: wire.error(failure, `req_${seen.n}`) };
    };
    // Ids are made of it, and each line has its own.
    const n = seen.n * 1_000_000 + ++lines;
    const decision = decide(service, dialect, { n, createdAt: service.clock.now(), body });
    if (decision.kind === 'refuse') return fail(decision.failure);
    if (decision.kind === 'reply' && decision.fault?.kind === 'evict') decision.evict();
    if (decision.kind === 'destroy' || decision.fault !== undefined || decision.answer.endless)
      return fail(wire.breakdown);
    const { input: inputTokens, output: outputTokens } = decision.answer.usage;
    service.record({ model, outcome: 'completed', inputTokens, outputTokens });
    return { status: 200, body: dialect.whole(decision.answer) };
  };
}
