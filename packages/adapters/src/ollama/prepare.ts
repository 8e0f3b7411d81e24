import { estimateError, estimateTokens } from '@overseer/core/plugin';
import type { ModelRequest } from '@overseer/core/spec';
import type { ChatBody } from '../internal/chat-stream.ts';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { OLLAMA_SCHEMAS } from '../internal/schema-dialects.ts';
import { type Expected, tooLong } from './expected.ts';
import { ollamaBody } from './ollama-body.ts';
import type { FoundModel } from './server.ts';
import { fitsAnywhere, windowFor } from './window.ts';

/** What is sent, and what its answer is compared with. */
export type Prepared = ChatBody & Expected;

/**
 * Makes what writes the calls of one model, each with a window that holds it; the window of later ones is never smaller. It
 * throws `ModelError` (`context-overflow`) for a request that cannot fit.
 */
export function createPreparation(
  modelId: string,
  where: string,
  options: { readonly contextWindow?: number; readonly ttlMs?: number },
): (request: ModelRequest, found: FoundModel | undefined) => Prepared {
  const fit = createSchemaFitting(OLLAMA_SCHEMAS);
  let grownTo = 0;
  return (request, found) => {
    const input = estimateTokens(request);
    const estimated = { input, within: estimateError(request, input) };
    const { kind, tokens } = windowFor({
      ...estimated,
      output: request.maxTokens,
      wanted: options.contextWindow,
      most: found?.shown.contextWindow,
      loaded: Math.max(grownTo, found?.listed.contextWindow ?? 0),
    });
    if (kind === 'too-small') throw tooLong(where, input, tokens);
    grownTo = Math.max(grownTo, tokens);
    const asked = modelId === 'default' ? (found?.listed.id ?? modelId) : modelId;
    const terms = {
      model: asked,
      window: tokens,
      ttlMs: options.ttlMs,
      capabilities: found?.shown.capabilities,
    };
    const { body, warnings } = ollamaBody(request, terms, fit);
    const known = found?.shown.contextWindow !== undefined || fitsAnywhere(estimated);
    const trusted = kind === 'fits' && known;
    const expected = { asked, ...estimated, window: tokens, trusted };
    return { ...expected, text: JSON.stringify(body), warnings };
  };
}
