import { anthropic } from '@overseer/adapters/anthropic';
import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { openai } from '@overseer/adapters/openai';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer } from '@overseer/core';
import type { Model, OverseerEvent } from '@overseer/core/spec';
import { afterEach, describe, expect, it, vi } from 'vitest';

const services: MockService[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

/** A service whose model `silent` says nothing for a minute, and whose model `slow` begins at once and never ends. */
async function start(): Promise<MockService> {
  const service = await startMockService({
    scenario: {
      models: [
        { id: 'silent', firstTokenMs: 60_000 },
        { id: 'late', firstTokenMs: 400 },
        { id: 'slow', tokensPerSecond: 50 },
        { id: 'quick' },
      ],
      rules: [
        { name: 'never ends', model: 'slow', reply: { text: 'on and on ', endless: true } },
        { name: 'answers', reply: { text: 'done' } },
      ],
    },
  });
  services.push(service);
  return service;
}

const adapters: readonly (readonly [string, (id: string, url: string) => Model])[] = [
  ['openai', (id, url) => openai(id, { baseURL: `${url}/v1`, apiKey: 'k' })],
  ['anthropic', (id, url) => anthropic(id, { baseURL: url, apiKey: 'k' })],
  ['openai-compatible', (id, url) => openaiCompatible(id, { baseURL: `${url}/v1` })],
];

describe.each(adapters)(
  'what docs/routing.md tells of two models for one answer, through %s',
  (_, model) => {
    async function work(first: string, second: string) {
      const service = await start();
      const overseer = await createOverseer({
        overseer: 'boss',
        models: {
          boss: { model: model('quick', service.url) },
          first: { model: model(first, service.url), role: 'coder' },
          second: { model: model(second, service.url), role: 'coder' },
        },
        routing: { hedge: { afterMs: 100, share: 1 } },
      });
      const run = overseer.run({ tasks: [{ instruction: 'Write it.', kind: 'code' }] });
      const result = await run.result;
      const events: OverseerEvent[] = [];
      for await (const event of run) events.push(event);
      return { service, overseer, result, events };
    }

    function requestOf(service: MockService, id: string) {
      return service.requests.find(({ model: asked }) => asked === id);
    }

    it('M14 M18: the socket of a model that stays silent is closed once the other has answered', async () => {
      const { service, overseer, result, events } = await work('silent', 'quick');
      expect(result).toMatchObject({
        status: 'completed',
        output: 'done',
        usage: { calls: 1, failedCalls: 1, uncertainCalls: 1 },
        tasks: [{ model: 'second' }],
      });
      // While the overseer is still open, so that it is not its end that closes it.
      await vi.waitFor(() => expect(requestOf(service, 'silent')?.outcome).toBe('closed-early'));
      expect(requestOf(service, 'quick')?.outcome).toBe('completed');
      expect(service.requests).toHaveLength(2);
      const ends = events.filter(({ type }) => type === 'call.failed' || type === 'call.finished');
      expect(ends.map(({ type, model: of }) => `${type} ${of}`)).toEqual([
        'call.failed first',
        'call.finished second',
      ]);
      await overseer.close();
    });

    it('M14 M18: the socket of the second is closed in the middle of its words where the first was first', async () => {
      const { service, overseer, result } = await work('late', 'slow');
      expect(result).toMatchObject({ output: 'done', tasks: [{ model: 'first' }] });
      await vi.waitFor(() => expect(requestOf(service, 'slow')?.outcome).toBe('closed-early'));
      expect(requestOf(service, 'late')?.outcome).toBe('completed');
      await overseer.close();
    });
  },
);
