import type { MockModel, MockRequest, MockRule, MockScenario } from '@overseer/adapters/mock-llm';
import { answerFor } from './answers.ts';
import { askedTask } from './asked-task.ts';
import { planGoal } from './plan-goal.ts';
import { reviewChange } from './review-change.ts';
import { workTask } from './work-task.ts';

/** An overseer, three coders of which one is down, and a local model. */
const models: readonly MockModel[] = [
  { id: 'planner-1', tokensPerSecond: 400, firstTokenMs: 80 },
  {
    id: 'coder-a-1',
    tokensPerSecond: 400,
    firstTokenMs: 80,
    limit: { requests: 5, perMs: 20_000 },
  },
  { id: 'coder-b-1', tokensPerSecond: 400, firstTokenMs: 100 },
  { id: 'coder-c-1', down: true },
  {
    id: 'local-1',
    tokensPerSecond: 350,
    firstTokenMs: 150,
    contextWindow: 32_768,
    state: 'idle',
  },
];

/**
 * What goes wrong, once each: a refusal for too many requests, and a stream that breaks off. Then the three kinds of
 * answers, each a function of what is asked, so that the order of the requests does not matter.
 */
const rules: readonly MockRule[] = [
  {
    name: 'too many requests',
    model: 'coder-b-1',
    times: 1,
    when: isPlainStart,
    reply: { fault: { kind: 'status', status: 429, retryAfterMs: 1_000 } },
  },
  {
    name: 'the stream breaks off',
    model: 'local-1',
    times: 1,
    when: isPlainStart,
    reply: (request) => ({ ...workTask(request), fault: { kind: 'cut', afterTokens: 60 } }),
  },
  { name: 'review', when: isOf('review'), reply: reviewChange },
  { name: 'plan', when: isOf('plan'), reply: planGoal },
  { name: 'work', when: isOf('work'), reply: workTask },
];

/** The main job's models and what they say. */
export const scenario: MockScenario = { models, rules };

function isOf(kind: ReturnType<typeof askedTask>['kind']): (request: MockRequest) => boolean {
  return (request) => askedTask(request).kind === kind;
}

/** The first request for a task whose first answer is right: faults of the line stay apart from faults of the answer. */
function isPlainStart(request: MockRequest): boolean {
  const { key, kind } = askedTask(request);
  const isStart = request.messages.every(({ toolCalls }) => toolCalls.length === 0);
  return kind === 'work' && isStart && answerFor(key, false) === key;
}
