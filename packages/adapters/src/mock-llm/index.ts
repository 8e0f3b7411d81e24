/**
 * A mock model service: an HTTP server on the loopback interface that speaks the providers' real wire formats, for
 * tests, examples and trials without a key.
 *
 * @packageDocumentation
 */
export { readMockCounts } from './count-file.ts';
export type { MockCounts, ModelCounts } from './counts.ts';
export type { MockExchange } from './exchange-log.ts';
export type { MockModel, MockModelState } from './mock-model.ts';
export type { MockFault, MockReply, MockStatus, MockToolCall, MockUsage } from './mock-reply.ts';
export type { MockDialect, MockMessage, MockRequest } from './mock-request.ts';
export type { MockRule, MockScenario } from './scenario.ts';
export { type MockService, type MockServiceOptions, startMockService } from './service.ts';
export { type SpawnedMockService, type SpawnMockOptions, spawnMockService } from './spawn.ts';
