/**
 * A mock model service: an HTTP server on the loopback interface that speaks the providers' real wire formats, for
 * tests, examples and trials without a key. The official clients of OpenAI, Anthropic, Google, Cohere and Ollama work with
 * it as with the real thing: replies and streams, tool calls, usage, typed errors, rate-limit headers, broken connections.
 *
 * `startMockService` runs it in this process, `spawnMockService` in one of its own that ends with this one, and
 * `@overseer/adapters/mock-llm/main` is that process's entry. Without a scenario every model name exists and tells what
 * it does: `m` answers, `m-tool` calls `get_weather`, `m-think` reasons first, `m-large` says 10 MiB, `m-slow` never ends, `m-cache` reports
 * cached tokens, `m-cold` is not loaded, `err-429-2` refuses with that status and seconds to wait, and `midstream`,
 * `cut`, `trunc`, `stall` and `malformed` break off after two tokens. A `MockScenario` says all this as data and
 * functions, with limits that are really kept.
 *
 * A token is four characters, counted over the whole request and the whole reply. Every request is counted where it
 * ends, in memory and, where asked, in a file that survives both the client and the service, so that a client's own
 * totals can be compared.
 *
 * @packageDocumentation
 */

export type { MockBatches } from './batch/batch-shelf.ts';
export { readMockCounts } from './count-file.ts';
export type { MockCounts, ModelCounts } from './counts.ts';
export type { MockEndpointFault, MockEndpointRule } from './endpoint-rules.ts';
export type { MockExchange } from './exchange-log.ts';
export type { HostOptions } from './host.ts';
export { loadScenario } from './load-scenario.ts';
export { type MockFetch, mockFetch } from './mock-fetch.ts';
export type { MockModel, MockModelState } from './mock-model.ts';
export type { MockRelay } from './mock-relay.ts';
export type { MockFault, MockReply, MockStatus, MockToolCall, MockUsage } from './mock-reply.ts';
export type { MockDialect, MockMessage, MockRequest } from './mock-request.ts';
export type { MockRule, MockScenario } from './scenario.ts';
export { type MockService, type MockServiceOptions, startMockService } from './service.ts';
export { type SpawnedMockService, type SpawnMockOptions, spawnMockService } from './spawn.ts';
