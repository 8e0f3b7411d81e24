import { generate } from './call/generate.ts';
import { createOverseer } from './create-overseer.ts';
import type { ModelError } from './errors/model-error.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import { type OverseerModelOptions, overseerAsModel } from './overseer-as-model.ts';
import type { Model, ModelRequest } from './spec/model.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** One dollar for a million tokens either way. */
const PRICE = { input: 1, output: 1 };
const BUDGET = { tokens: 50_000, usd: 0.1 };
/** What is asked. */
export const ASK: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Do it.' }] }],
};
/** What each call of the innermost model uses. */
export const EACH = { input: { total: 100 }, output: { total: 20 } };

/** A priced model at the bottom. */
export function replying(
  reply: (request: ModelRequest, nth: number) => FakeReply | Promise<FakeReply>,
): FakeModel {
  return fakeModel({ id: 'inner', info: { price: PRICE }, reply });
}

/** An overseer of one model. */
export function teamOf(inner: Model, more: Partial<OverseerOptions> = {}): Promise<Overseer> {
  return createOverseer({ overseer: 'inner', models: { inner: { model: inner } }, ...more });
}

/** It as a model that does one task a call. */
export function asModel(overseer: Overseer, more: Partial<OverseerModelOptions> = {}): Model {
  return overseerAsModel(overseer, { as: 'task', budget: BUDGET, ...more });
}

/** Overseers above each other, the model at the bottom. */
export async function tower(
  inner: Model,
  levels: number,
): Promise<{ readonly top: Overseer; readonly all: readonly Overseer[]; close(): Promise<void> }> {
  const all = [await teamOf(inner)];
  for (let level = 2; level <= levels; level++) {
    const [below] = all;
    // Each level has a little more than the one below it needs.
    const budget = { tokens: 50_000 * 4 ** (level - 2), usd: 0.1 * level };
    if (below !== undefined) all.unshift(await teamOf(asModel(below, { budget })));
  }
  const [top] = all;
  if (top === undefined) throw new Error('there is no level');
  return {
    top,
    all,
    close: async () => {
      for (const one of all) await one.close();
    },
  };
}

/** The context of a call that ends well. */
export function calling(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000) };
}

/** What a call fails with. */
export async function failureOf(model: Model): Promise<ModelError> {
  return await generate(model, ASK, calling()).then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: unknown) => error as ModelError,
  );
}
