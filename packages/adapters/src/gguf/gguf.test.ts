import { generate } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalModel } from '../engine/engine-model.ts';
import { type GgufOptions, gguf } from './gguf.ts';
import { makeScenes, type SceneName, type Scenes } from './scenes.fixture.ts';

let scenes: Scenes;
beforeAll(() => {
  scenes = makeScenes();
});
afterAll(() => scenes[Symbol.dispose]());

function model(name: SceneName, options: GgufOptions = {}): LocalModel {
  return gguf(scenes.path(name), { contextWindow: 1024, threads: 1, ...options });
}

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) };
}

function ask(text: string, more = {}) {
  return {
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text }] }],
    ...more,
  };
}

/** Scenarios of servers: what they refuse, or break off in the middle of their wire. An engine has neither. */
const OF_SERVERS =
  /err-|just ends|in mid-stream|lost connection|no JSON|`ctx\.fetch`|rate-limit headers/;
const rules = modelConformance({
  create: (name) => model(name as SceneName),
  without: ['rate', 'cache'],
}).filter(({ name }) => !OF_SERVERS.test(name));

describe('a model in a GGUF file', () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))('M7: %s', (_name, rule) => rule.check());

  it('M7: streams what the model says, token by token, after the progress of loading', async () => {
    await using greeter = model('m');
    const events: ModelEvent[] = [];
    const answer = await generate(greeter, ask('Hello'), ctx(), (event) => events.push(event));
    expect(answer.text).toBe('Hello from mock.');
    const types = events.map((event) => (event.type === 'progress' ? event.phase : event.type));
    expect(types[0]).toBe('load');
    expect(types.filter((type) => type === 'delta').length).toBeGreaterThan(3);
    expect(types.indexOf('load')).toBeLessThan(types.indexOf('prompt'));
  });
});
