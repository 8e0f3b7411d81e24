import { ModelError } from '@overseer/core/plugin';
import type {
  CallContext,
  Model,
  ModelErrorKind,
  ModelEvent,
  ModelRequest,
  Part,
} from '@overseer/core/spec';
import type { Random } from '../harness/random.ts';
import { pick } from './chance.ts';
import { goalPlan } from './goal-plan.ts';
import type { SimulatedProcess } from './process.ts';
import { EFFECTS, type PlannedModel } from './scenario.ts';
import { requestOf } from './subject.ts';
import type { OpenStream, World } from './world.ts';

const KINDS: readonly [ModelErrorKind, ...ModelErrorKind[]] = [
  'auth',
  'permission',
  'not-found',
  'invalid',
  'context-overflow',
  'content-filter',
  'unsupported',
  'rate-limit',
  'rate-limit',
  'quota',
  'overloaded',
  'loading',
  'server',
  'timeout',
  'network',
  'interrupted',
  'protocol',
  'aborted',
];

/** What a role without tools is told, by which its requests are known. */
export const THINKING = 'Think before you say anything.';

/** How long a stream may hang before its adapter gives up. */
const HANG_MS = 120_000;

/** A model with habits: it answers right, wrong or not at all, uses tools, fails in every way there is, or hangs. */
export function scriptedModel(
  world: World,
  process: SimulatedProcess,
  habits: PlannedModel,
): Model {
  return {
    spec: 'model/1',
    info: {
      id: habits.name,
      provider: 'simulated',
      can: { tools: true, json: 'schema', reasoning: false, image: false },
      maxOutput: 400,
      ...(habits.shares ? { keyId: 'shared', server: 'http://simulated.internal' } : {}),
      ...(habits.priced ? { price: { input: 1, output: 5, request: 0.0001 } } : { local: true }),
    },
    stream: (request, ctx) => stream(world, process, habits, request, ctx),
  };
}

async function* stream(
  world: World,
  process: SimulatedProcess,
  habits: PlannedModel,
  request: ModelRequest,
  ctx: CallContext,
): AsyncGenerator<ModelEvent> {
  await process.survive();
  const mayBeOver = habits.remote || process.wasFrozen;
  const subject = requestOf(world, habits.name, request, mayBeOver);
  const random = world.random(`model ${habits.name}`);
  const open: OpenStream = { run: subject.run, process, signal: ctx.signal };
  world.streams.add(open);
  world.count('requests');
  try {
    await process.sleep(pick(random, [0, 0, 5, 200, 3_000]), ctx.signal);
    if (random() < habits.fails) yield* fail(process, random, ctx);
    const rate =
      random() < 0.05
        ? { requests: { remaining: 0, resetAt: process.clock.now() + 2_000 } }
        : undefined;
    yield { type: 'meta', model: habits.name, ...(rate === undefined ? {} : { rate }) };
    const parts = partsOf(world, habits, request, subject);
    const pieces = parts.map((part, index): ModelEvent => ({ type: 'part', index, part }));
    yield* carried(world, process, pieces, ctx);
    const isUse = parts.some(({ type }) => type === 'tool-call');
    const usage = {
      input: { total: 50 + Math.floor(random() * 100) },
      output: { total: Math.floor(random() * 400) },
    };
    // The reply is here and paid for; what comes next is its record.
    await process.survive();
    const finish: ModelEvent = { type: 'finish', reason: isUse ? 'tool-calls' : 'stop', usage };
    yield finish;
    // A wire that says everything again; nobody may hear it.
    if (world.scenario.has('transport')) yield* [...pieces, finish];
  } finally {
    world.streams.delete(open);
  }
}

/** Pieces as a bad wire brings them: late, and tool calls in another order than they were wished for. */
async function* carried(
  world: World,
  process: SimulatedProcess,
  pieces: readonly ModelEvent[],
  ctx: CallContext,
): AsyncGenerator<ModelEvent> {
  if (!world.scenario.has('transport')) {
    yield* pieces;
    return;
  }
  const random = world.random('transport');
  for (const piece of random() < 0.3 ? pieces.toReversed() : pieces) {
    if (random() < 0.3) {
      world.count('late pieces');
      await process.sleep(pick(random, [1, 50, 1_500]), ctx.signal);
    }
    yield piece;
  }
}

/** Fails before or after some text, is cut short, or hangs: mostly until it is told to stop. */
async function* fail(
  process: SimulatedProcess,
  random: Random,
  ctx: CallContext,
): AsyncGenerator<ModelEvent> {
  const way = random();
  if (way < 0.05) await process.hang(HANG_MS);
  else if (way < 0.15) await process.sleep(HANG_MS, ctx.signal);
  if (random() < 0.3) {
    yield { type: 'delta', index: 0, kind: 'text', text: 'as I was say' };
    yield { type: 'part', index: 0, part: { type: 'text', text: 'as I was saying' } };
  }
  const kind = way < 0.15 ? 'timeout' : pick(random, KINDS);
  const retryAfterMs = random() < 0.3 ? Math.floor(random() * 30_000) : undefined;
  throw new ModelError(
    kind,
    `it failed (${kind})`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function partsOf(
  world: World,
  habits: PlannedModel,
  request: ModelRequest,
  subject: ReturnType<typeof requestOf>,
): readonly Part[] {
  const random = world.random(`model ${habits.name}`);
  const isWrong = random() < habits.errs;
  if (subject.kind === 'plan') {
    const wrong = pick(random, ['no idea', '{"tasks":[]}', goalPlan(world, subject.run, true)]);
    return text(isWrong ? wrong : goalPlan(world, subject.run, false));
  }
  if (subject.kind === 'review') {
    return text(isWrong ? pick(random, ['refused', 'what?', '']) : 'accepted');
  }
  const thought = thoughtOf(request, random, isWrong);
  if (thought !== undefined) return text(thought);
  const tools = request.tools ?? [];
  if (tools.length > 0 && subject.step <= 3 && random() < 0.4)
    return toolCalls(world, random, subject);
  return text(isWrong ? pick(random, ['wrong', '', '  ']) : 'right');
}

/** What is answered in an ensemble, by its members and its judge. */
function thoughtOf(request: ModelRequest, random: Random, isWrong: boolean): string | undefined {
  if (request.output?.name === 'choice') {
    const wrong = pick(random, ['{"choice": "Z"}', 'the first', '']);
    return isWrong ? wrong : '{"choice": "A", "reason": "it is right"}';
  }
  if (!isThinking(request)) return undefined;
  return isWrong ? pick(random, ['wrong', '']) : pick(random, ['right', 'right, I say']);
}

function isThinking({ messages }: ModelRequest): boolean {
  return messages.some(({ role, parts }) => {
    const said = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return role === 'system' && said.includes(THINKING);
  });
}

/** Servers number their calls anew in each answer, and some give two calls one id. */
function toolCalls(
  world: World,
  random: Random,
  { run, task }: ReturnType<typeof requestOf>,
): readonly Part[] {
  const count = 1 + Math.floor(random() * 3);
  return Array.from({ length: count }, (_, index): Part => {
    world.count('tool wishes');
    const nonce = `${run}/${task}#${world.counts['tool wishes']}`;
    const name = random() < 0.1 ? 'nothing' : pick(random, EFFECTS as ['none']);
    const id = random() < 0.1 ? 'call_1' : `call_${index + 1}`;
    return { type: 'tool-call', id, name, input: random() < 0.1 ? 7 : { nonce } };
  });
}

function text(value: string): readonly Part[] {
  return value === '' ? [] : [{ type: 'text', text: value }];
}
