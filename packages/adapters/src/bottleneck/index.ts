/**
 * Spacing and concurrency of model calls by Bottleneck, for those who have it already.
 *
 * @packageDocumentation
 */
export { type BottleneckLimiter, bottleneck } from './bottleneck.ts';
export type { BottleneckOptions } from './bottleneck-options.ts';
