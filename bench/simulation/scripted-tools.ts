import { ToolError } from '@overseer/core/plugin';
import type { Effect, Tool, ToolContext } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import { EFFECTS } from './scenario.ts';
import type { World } from './world.ts';

interface Input {
  readonly nonce: string;
}

/** One tool of each effect, named for it. Each takes its time, may fail or hang, and remembers what it did. */
export function scriptedTools(
  world: World,
  process: SimulatedProcess,
): Readonly<Record<string, Tool>> {
  return Object.fromEntries(
    EFFECTS.map((effect) => [effect, scriptedTool(world, process, effect)]),
  );
}

function scriptedTool(world: World, process: SimulatedProcess, effect: Effect): Tool {
  const tool: Tool<Input> = {
    spec: 'tool/1',
    description: `has the effect ${effect}`,
    input: {
      jsonSchema: { type: 'object' },
      parse: (value) =>
        typeof value === 'object' && value !== null && 'nonce' in value
          ? { ok: true, value: { nonce: String(value.nonce) } }
          : { ok: false, problems: ['expected a nonce'] },
    },
    permissions: [],
    effect,
    timeoutMs: 20_000,
    execute: ({ nonce }, ctx) => execute(world, process, effect, nonce, ctx),
    ...(effect === 'probe' ? { probe: ({ nonce }: Input) => probe(world, process, nonce) } : {}),
  };
  return tool as unknown as Tool;
}

async function execute(
  world: World,
  process: SimulatedProcess,
  effect: Effect,
  nonce: string,
  ctx: ToolContext,
): Promise<string> {
  const random = world.random('tools');
  // What is under way when its process is frozen takes effect when that wakes, and nobody can keep it from that: it does at once.
  const isAtOnce = world.scenario.has('nodes');
  if (!isAtOnce) await process.survive();
  // What changes nothing may run for an answer that is not on disk yet, and for another one after a death.
  if (effect !== 'none') checkKey(world, ctx.key, nonce);
  const failure = random();
  if (failure < 0.05) throw new ToolError('tool.refused', 'no');
  if (failure < 0.1) throw new Error('bad luck');
  const isSlow = random() < 0.5;
  if (isSlow && !isAtOnce) await process.sleep(pick(random, [0, 10, 4_000]), ctx.signal);
  take(world, effect, nonce);
  await process.survive();
  const rest = pick(random, [100, 5_000, 60_000]);
  const way = random();
  if (way < 0.05) await process.hang(rest);
  else if (way < 0.1) await process.sleep(rest, ctx.signal);
  return `right: ${nonce}`;
}

async function probe(
  world: World,
  process: SimulatedProcess,
  nonce: string,
): Promise<Awaited<ReturnType<NonNullable<Tool['probe']>>>> {
  await process.survive();
  if (world.random('tools')() < 0.1) throw new Error('the probe is out of order');
  return world.effects.has(nonce)
    ? { kind: 'done', output: `right: ${nonce}` }
    : { kind: 'absent' };
}

function take(world: World, effect: Effect, nonce: string): void {
  const times = (world.effects.get(nonce) ?? 0) + 1;
  world.effects.set(nonce, times);
  world.count('tool effects');
  if (times > 1 && (effect === 'once' || effect === 'probe') && nonce.includes('#')) {
    world.broken(`T1: the ${effect} tool took effect ${times} times for one call (${nonce})`);
  }
}

function checkKey(world: World, key: string, nonce: string): void {
  const known = world.keys.get(key);
  if (known !== undefined && known !== nonce) {
    world.broken(`T1: two tool calls have one idempotency key (${nonce} and ${known})`);
  }
  world.keys.set(key, nonce);
}
