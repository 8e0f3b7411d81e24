/**
 * What authors of plugins need at run time: errors, their classification, wire readers, clock and ids.
 *
 * @packageDocumentation
 */
export { askForLines, type LineCall } from '../call/ask-for-lines.ts';
export { type CacheKeyInput, cacheKey } from '../call/cache-key.ts';
export { estimateError } from '../call/estimate-error.ts';
export { estimateTokens, textTokens } from '../call/estimate-tokens.ts';
export { generate, type ModelResponse } from '../call/generate.ts';
export { guard } from '../call/guard.ts';
export { type AnswerBounds, type MemoryAnswers, memoryAnswers } from '../call/memory-answers.ts';
export { messageText } from '../call/message-text.ts';
export { costMicroUsd } from '../call/price.ts';
export { requireCall } from '../call/require-call.ts';
export { type TextAnswerHead, type TextPiece, textAnswer } from '../call/text-answer.ts';
export { BreakerOpenError } from '../errors/breaker-open-error.ts';
export { ConfigError } from '../errors/config-error.ts';
export { ModelError, type ModelErrorOptions, ModelNotFoundError } from '../errors/model-error.ts';
export { OverseerError, type OverseerErrorOptions } from '../errors/overseer-error.ts';
export { StoreError, type StoreErrorCode } from '../errors/store-error.ts';
export { ToolError } from '../errors/tool-error.ts';
export { classify } from '../internal/classify.ts';
export { type Clock, systemClock } from '../internal/clock.ts';
export { type Defined, defined } from '../internal/defined.ts';
export type { HeaderReader } from '../internal/header-reader.ts';
export { createIds, type Ids } from '../internal/ids.ts';
export { isSameModel } from '../internal/is-same-model.ts';
export type { JsonFix } from '../internal/lenient-json.ts';
export { modelRefusal, type Refusal, requestIdOf } from '../internal/model-refusal.ts';
export { nearest, suggest } from '../internal/nearest.ts';
export { noSuchModel } from '../internal/no-such-model.ts';
export { parseDuration } from '../internal/parse-duration.ts';
export { currentHolder, isAlive } from '../internal/process-identity.ts';
export {
  type EventSink,
  isPushStream,
  PUSH,
  type PushHandle,
  type PushStream,
} from '../internal/push-stream.ts';
export { rateLimit } from '../internal/rate-headers.ts';
export { type Recovery, recoveries } from '../internal/recoveries.ts';
export { describeFixes, type JsonRepair, repairJson } from '../internal/repair-json.ts';
export { retryAfterMs } from '../internal/retry-after.ts';
export { createSseReader, type SseReader, type SseReaderOptions } from '../internal/sse.ts';
export { abortError, toModelError } from '../internal/to-model-error.ts';
export {
  type StandardIssue,
  type StandardResult,
  type StandardToolSchema,
  toolSchema,
} from '../internal/tool-schema.ts';
export { unlessAborted } from '../internal/unless-aborted.ts';
export { type BackoffOptions, backoffMs } from '../limit/backoff.ts';
export { type Breaker, type BreakerOptions, createBreaker } from '../limit/create-breaker.ts';
export { type RetryNotice, type RetryOptions, withRetry } from '../limit/with-retry.ts';
export { type MailedReply, mailedReply } from '../run/mailed-reply.ts';
