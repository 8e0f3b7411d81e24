/**
 * Cassettes: what a model's server said, recorded once and replayed without it. `recordCassette` and `replayCassette` give a
 * `fetch`, which works for every adapter (`createOverseer({ fetch })`, or a call's context), for the official SDKs and for
 * the mock service, which can record in front of a server and replay.
 *
 * A cassette is a file of JSON lines, the first of which names its format. Keys and personal headers are never in it.
 *
 * @packageDocumentation
 */
export { readCassette } from './read-cassette.ts';
export {
  type CassetteRecorder,
  type RecordOptions,
  recordCassette,
} from './record-cassette.ts';
export type {
  RecordedAnswer,
  RecordedBody,
  RecordedChunk,
  RecordedEnd,
  RecordedExchange,
  RecordedFailure,
  RecordedRequest,
} from './recorded.ts';
export { type CassettePlayer, type ReplayOptions, replayCassette } from './replay-cassette.ts';
