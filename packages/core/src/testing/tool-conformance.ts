import assert from 'node:assert/strict';
import { OverseerError } from '../errors/overseer-error.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';
import type { ConformanceRule } from './rule.ts';

/** How the rules get at the tool they judge. */
export interface ToolSubject {
  readonly tool: Tool;
  /** An input that fits and can be carried out in every new context. */
  readonly input: Json;
  /** Inputs that the schema must refuse. */
  readonly wrong: readonly Json[];
  /** Inputs that fit the schema, and that the tool must refuse in words. */
  readonly failing?: readonly Json[];
  /** Makes a new context, and closes what it made. */
  readonly open: () => Promise<ToolScene>;
}

/** A context to call a tool in; closing it removes what was made for it. */
export interface ToolScene extends AsyncDisposable {
  readonly ctx: ToolContext;
}

/** A tool that is told to stop has this long. */
const STOP_MS = 1_000;

/** What every `Tool` must keep. Each rule calls the tool in a context of its own. */
export function toolConformance(subject: ToolSubject): ConformanceRule[] {
  const name = (text: string): string => `T1: ${text}`;
  return [
    { name: name('it describes itself whole'), check: async () => describes(subject.tool) },
    { name: name('its JSON Schema is an object schema'), check: async () => schema(subject.tool) },
    { name: name('it refuses wrong input in words'), check: async () => refuses(subject) },
    { name: name('no value makes its parser throw'), check: async () => neverThrows(subject.tool) },
    { name: name('it answers JSON that fits its output'), check: () => answers(subject) },
    { name: name('a repetition is as harmless as its effect says'), check: () => repeats(subject) },
    { name: name('what it cannot do is a ToolError'), check: () => fails(subject) },
    { name: name('an aborted signal stops it'), check: () => stops(subject) },
    { name: name('it can be probed exactly when it says so'), check: () => probes(subject) },
  ];
}

function describes(tool: Tool): void {
  assert.equal(tool.spec, 'tool/1');
  assert.ok(tool.description.trim().length >= 10, 'the description says nothing');
  assert.ok(Number.isFinite(tool.timeoutMs) && tool.timeoutMs > 0, `timeoutMs ${tool.timeoutMs}`);
  assert.ok(tool.cost === undefined || tool.cost >= 0, `cost ${tool.cost}`);
  assert.ok(['none', 'idempotent', 'probe', 'once'].includes(tool.effect), tool.effect);
  assert.ok(
    tool.permissions.every((one) => one !== ''),
    'an empty permission',
  );
  assert.ok(tool.effect === 'none' || tool.permissions.length > 0, 'an effect needs a permission');
}

function schema(tool: Tool): void {
  assert.equal(tool.input.jsonSchema['type'], 'object');
  assert.deepEqual(JSON.parse(JSON.stringify(tool.input.jsonSchema)), tool.input.jsonSchema);
}

function refuses({ tool, input, wrong }: ToolSubject): void {
  const before = JSON.stringify(input);
  assert.ok(tool.input.parse(input).ok, 'the good input is refused');
  assert.equal(JSON.stringify(input), before, 'the parser changed its input');
  for (const one of wrong) {
    const parsed = tool.input.parse(one);
    assert.ok(!parsed.ok, `${JSON.stringify(one)} is not refused`);
    assert.ok(parsed.problems.length > 0 && parsed.problems.every((text) => text.trim() !== ''));
  }
}

function neverThrows(tool: Tool): void {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const trap = new Proxy({}, { get: () => assert.fail('touched'), ownKeys: () => [] });
  const values = [
    undefined,
    null,
    Number.NaN,
    1n,
    '',
    '\0',
    [],
    {},
    cycle,
    trap,
    Symbol('x'),
    fails,
  ];
  for (const value of values) assert.equal(typeof tool.input.parse(value).ok, 'boolean');
}

async function answers(subject: ToolSubject): Promise<void> {
  await using scene = await subject.open();
  const output = await run(subject, scene.ctx);
  assert.notEqual(output, undefined, 'no output');
  assert.deepEqual(JSON.parse(JSON.stringify(output)), output, 'the output is not JSON');
  const parsed = subject.tool.output?.parse(output);
  assert.ok(parsed?.ok !== false, `the output does not fit: ${JSON.stringify(parsed)}`);
}

async function repeats(subject: ToolSubject): Promise<void> {
  const { effect } = subject.tool;
  if (effect !== 'none' && effect !== 'idempotent') return;
  await using scene = await subject.open();
  const first = await run(subject, scene.ctx);
  const second = await run(subject, scene.ctx);
  if (effect === 'none') assert.deepEqual(second, first, 'the second answer differs');
}

async function fails(subject: ToolSubject): Promise<void> {
  for (const input of subject.failing ?? []) {
    await using scene = await subject.open();
    const error = await run({ ...subject, input }, scene.ctx).then(
      () => assert.fail(`${JSON.stringify(input)} was carried out`),
      (reason: unknown) => reason,
    );
    assert.ok(OverseerError.is(error) && error.code.startsWith('tool.'), String(error));
    assert.match(error.message, /\w.*[.!?]$/s, 'the message is no sentence');
  }
}

async function stops(subject: ToolSubject): Promise<void> {
  await using scene = await subject.open();
  const startedAt = performance.now();
  const call = run(subject, { ...scene.ctx, signal: AbortSignal.abort() });
  await assert.rejects(call, 'it went on');
  assert.ok(performance.now() - startedAt < STOP_MS, `it took more than ${STOP_MS} ms to stop`);
}

async function probes(subject: ToolSubject): Promise<void> {
  const { tool } = subject;
  assert.equal(tool.probe !== undefined, tool.effect === 'probe', 'effect and probe differ');
  if (tool.probe === undefined) return;
  await using scene = await subject.open();
  const input = parsedInput(subject);
  assert.notEqual((await tool.probe(input, scene.ctx)).kind, 'done', 'done before it was called');
  const output = await run(subject, scene.ctx);
  const answer = await tool.probe(input, scene.ctx);
  assert.deepEqual(answer, { kind: 'done', output }, 'the call is not found again');
}

async function run(subject: ToolSubject, ctx: ToolContext): Promise<Json> {
  return await subject.tool.execute(parsedInput(subject), ctx);
}

function parsedInput({ tool, input }: ToolSubject): never {
  const parsed = tool.input.parse(input);
  assert.ok(parsed.ok, `${JSON.stringify(input)} does not fit the schema`);
  return parsed.value as never;
}
