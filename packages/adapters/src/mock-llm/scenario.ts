import type { MockBatches } from './batch/batch-shelf.ts';
import type { MockEndpointRule } from './endpoint-rules.ts';
import type { MockModel } from './mock-model.ts';
import type { MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';

/**
 * What a mock service has and says: its models, and rules that answer as a function of the request. Data and pure
 * functions only, so that the same requests in the same order get the same answers.
 */
export interface MockScenario {
  /** The models that exist; any other name gets the provider's own 404. */
  readonly models: readonly MockModel[];
  /** The first rule that matches a request answers it; where none does, the answer is "Hello from mock.". */
  readonly rules: readonly MockRule[];
  /**
   * How many models a local server keeps in memory: one more puts out whichever was used longest ago. LM Studio does so
   * even while that one answers, whose stream then ends in an error. The default is all of them.
   */
  readonly maxLoaded?: number;
  /** How batches go; by default they are over at the first look. */
  readonly batches?: MockBatches;
  /** What happens to requests that ask no model; the first that fits holds. By default all of them are answered. */
  readonly endpoints?: readonly MockEndpointRule[];
}

/** One rule of a scenario: which requests it answers, and with what. */
export interface MockRule {
  /** Says what the rule is for; shown in the journal of requests. */
  readonly name: string;
  /** The model it is for, by id or pattern; the default is every model. */
  readonly model?: string | RegExp;
  /** Applies to the first n matching requests only; the default is all of them. */
  readonly times?: number;
  /**
   * Narrows it to requests whose `lastText` this finds. In a reply that is no function, `$1`, `$<name>` and `$&` in texts and
   * tool inputs then stand for what was found, and `$$` for a dollar.
   */
  readonly matches?: RegExp;
  /** Narrows it by the request's content. Must not keep state: `MockRequest.nth` and `times` count for it. */
  readonly when?: (request: MockRequest) => boolean;
  /** What is answered, or how it follows from the request. */
  readonly reply: MockReply | ((request: MockRequest) => MockReply);
}
