import type { Clock, EventSink, ModelError, PushStream } from '@overseer/core/plugin';
import type { CallContext, JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { AnswerReader } from './answer-body.ts';
import type { AnswerSource } from './answer-source.ts';
import { createSchemaFitting, type SchemaRules } from './fit-schemas.ts';
import { isMissingEndpoint, isResponseGone } from './missing-endpoint.ts';
import { type Instead, orElse } from './or-else.ts';
import { type ResponseBody, type ResponseBodyOptions, responseBody } from './response-body.ts';
import { ResponseReader } from './response-reader.ts';

/** How long chat completions are used before a server is asked again whether it has responses. */
const LOOK_AGAIN_MS = 600_000;

/** One request to `/responses`. */
export interface ResponseSending {
  readonly ctx: CallContext;
  readonly body: JsonObject;
  readonly warnings: readonly ModelWarning[];
  readonly reader: (from: AnswerSource, sink: EventSink) => AnswerReader;
  /** A refusal that is to be left as it is, since something else is tried for it. */
  readonly isOurs: (error: ModelError) => boolean;
}

/** How a model is asked, by responses or by chat completions. */
export interface ResponsesRoute extends ResponseBodyOptions {
  readonly modelId: string;
  /** How the server takes schemas. */
  readonly schemas: SchemaRules;
  readonly clock: Clock;
  /** Whether what a server keeps is gone on from. */
  readonly keeps: boolean;
  readonly send: (sending: ResponseSending) => PushStream;
  readonly chat: (request: ModelRequest, ctx: CallContext) => PushStream;
}

/**
 * Asks a model by OpenAI's responses. Where the server has kept the conversation, only what is new is sent; where it has not
 * any more, all of it, in the same call. Where it has no such endpoint, chat completions are used instead: it is said once,
 * and looked for again after 10 min.
 */
export function createResponses(
  route: ResponsesRoute,
): (request: ModelRequest, ctx: CallContext) => PushStream {
  const fit = createSchemaFitting(route.schemas);
  let missingUntil = Number.NEGATIVE_INFINITY;
  let said = false;
  let heedsState = true;
  const chatInstead = (request: ModelRequest, ctx: CallContext): Instead => {
    missingUntil = route.clock.elapsed() + LOOK_AGAIN_MS;
    const warnings = said ? [] : [NO_RESPONSES];
    said = true;
    return { stream: route.chat(request, ctx), warnings };
  };
  return (request, ctx) => {
    if (route.clock.elapsed() < missingUntil) return route.chat(request, ctx);
    const fitted: ModelWarning[] = [];
    const body = responseBody(route.modelId, fit(request, fitted), route);
    const written = { ...body, warnings: [...body.warnings, ...fitted] };
    const { known } = written;
    const missing = (error: unknown): Instead | undefined =>
      isMissingEndpoint(error) ? chatInstead(request, ctx) : undefined;
    const whole = (): PushStream => orElse(ctx.signal, send(route, written, ctx, false), missing);
    if (known === undefined || !heedsState || !route.keeps) return whole();
    return orElse(ctx.signal, send(route, written, ctx, true), (error) => {
      if (!isResponseGone(error)) return missing(error);
      if (/not heeded/.test(String(error))) heedsState = false;
      return { stream: whole() };
    });
  };
}

const NO_RESPONSES: ModelWarning = {
  kind: 'adjusted',
  what: 'api',
  detail:
    'the server has no responses endpoint: chat completions are used instead, and it is looked for again in 10 minutes',
};

function send(
  route: ResponsesRoute,
  { body, items, known, warnings }: ResponseBody,
  ctx: CallContext,
  goesOn: boolean,
): PushStream {
  const previous = goesOn ? known?.response : undefined;
  const { provider, keeps } = route;
  return route.send({
    ctx,
    body:
      previous === undefined || known === undefined
        ? body
        : { ...body, input: known.rest, previous_response_id: previous },
    warnings,
    reader: (from, sink) => new ResponseReader(from, sink, { provider, items, previous, keeps }),
    isOurs: (error) =>
      isMissingEndpoint(error) || (previous !== undefined && isResponseGone(error)),
  });
}
