import { currentHolder } from './internal/process-identity.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelRequest } from './spec/model.ts';
import type { OpenStore } from './spec/store.ts';
import type { Validator } from './spec/validator.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** Refuses every answer without the word that its value names. */
export const saysValidator: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: ({ text }, { value }) =>
    text.includes(String(value))
      ? { kind: 'pass' }
      : { kind: 'fail', findings: [{ message: `It does not say ${value}.` }] },
};

/** All words of a request. */
export function wordsOf(request: ModelRequest | undefined): string {
  const parts = request?.messages.flatMap((message) => message.parts) ?? [];
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** An overseer model that finds the ways that are given, in turn, is content with all reviews, and works otherwise as `work` says. */
export function wayfinder(
  ways: readonly object[],
  work: (request: ModelRequest) => FakeReply = () => ({ text: 'worked' }),
): FakeModel & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const model = fakeModel({
    id: 'chief',
    reply: (request) => {
      const words = wordsOf(request);
      if (words.includes('"verdict"')) return { text: '{"verdict": "pass", "findings": []}' };
      if (!words.includes('could not be done. Find another way')) return work(request);
      const way = ways[Math.min(asked.length, ways.length - 1)];
      asked.push(words);
      return { text: JSON.stringify(way) };
    },
  });
  return Object.assign(model, { asked });
}

/** One task of another way, with all that its form needs. */
export function wayTask(key: string, more: object = {}): object {
  return {
    ...{ key, title: `Do ${key}`, instruction: `Do ${key}.`, kind: 'write', needs: [], files: [] },
    ...{ role: null, priority: 'medium', checks: [], ...more },
  };
}

/** What an event tells of the ways of a run, in short. */
export function storyOf(events: readonly OverseerEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const { task = '' } = event;
    if (task.includes('/review-')) return [];
    switch (event.type) {
      case 'task.diagnosed':
        return [`${task} ${event.data.diagnosis.kind} → ${event.data.action}`];
      case 'plan.patched':
        return [
          `${task} patched by ${event.data.by}: +${event.data.added.map(({ key }) => key)} ~${event.data.changed.map(({ key }) => key)} -${event.data.removed}`,
        ];
      case 'task.done':
      case 'task.failed':
      case 'task.skipped':
        return [`${task} ${event.type.slice(5)}`];
      default:
        return [];
    }
  });
}

/** A store in which these events are, and nothing else. */
export async function holding(events: readonly OverseerEvent[]): Promise<OpenStore> {
  const open = memory();
  const store = await open();
  const lease = await store.leases.acquire('journal', currentHolder('overseer'));
  if (lease.kind !== 'held') throw new Error('the store is not free');
  await store.events.append(lease.epoch, events);
  await store.leases.release('journal', lease.epoch);
  await store.close();
  return open;
}

/** All events of a run. */
export async function eventsOf(
  run: AsyncIterable<OverseerEvent>,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
