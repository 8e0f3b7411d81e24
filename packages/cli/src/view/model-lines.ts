import { styleText } from 'node:util';
import type { ModelState } from '@overseer/core';
import type { ModelWork } from '@overseer/core/spec';
import type { ScreenInput } from './screen-input.ts';
import { clip, pad, widthOf } from './width.ts';
import { dollars, oneLine, shortFailure, span } from './words.ts';

type Look = readonly [mark: string, colour: 'dim' | 'green' | 'yellow' | 'red'];

const LOOK: Readonly<Record<ModelWork, Look>> = {
  idle: ['○', 'dim'],
  ready: ['○', 'green'],
  waiting: ['◷', 'yellow'],
  processing: ['●', 'green'],
  validating: ['◉', 'green'],
  error: ['✗', 'red'],
};

const AWAY: Look = ['✗', 'red'];

const LONGEST_NAME = 24;

/** A line a model: how it stands, what it is at, what is used of its limits, and why it is down. */
export function modelLines(input: ScreenInput, width: number): readonly string[] {
  const names = input.models.reduce((most, { name }) => Math.max(most, widthOf(name)), 0);
  const tasks = input.models.map((model) => tasksOf(model, input));
  const longest = tasks.reduce((most, text) => Math.max(most, widthOf(text)), 14);
  return input.models.map((model, at) => {
    const [mark, colour] = isAway(model) ? AWAY : LOOK[model.work.state];
    const text = [
      `  ${mark}`,
      pad(clip(oneLine(model.name), LONGEST_NAME), Math.min(names, LONGEST_NAME)),
      pad(isAway(model) ? model.connection.state : model.work.state, 12),
      pad(clip(tasks[at] ?? '', 28), Math.min(longest, 28)),
      factsOf(model, input.nowMs),
    ].join(' ');
    return styleText(colour, clip(text.trimEnd(), width));
  });
}

/** It does not answer, and is not left alone for that yet. */
function isAway({ readiness, work }: ModelState): boolean {
  return readiness === 'down' && work.state !== 'error';
}

function tasksOf({ name }: ModelState, { view }: ScreenInput): string {
  const at = [...view.busy.values()].filter(({ model }) => model === name).map((one) => one.at);
  return oneLine(at.join(', '));
}

function factsOf(model: ModelState, nowMs: number): string {
  const { connection, work } = model;
  if (isAway(model)) return oneLine(shortFailure(connection.reason));
  if (work.state === 'error') {
    const wait = work.untilAt === undefined ? '' : `for ${inTime(work.untilAt, nowMs)}: `;
    return oneLine(`${wait}${shortFailure(work.reason)}`);
  }
  return model.limits.flatMap((use) => limitOf(use, nowMs)).join(', ');
}

/** `3/5 calls / 20s`, and when it is used up, when that ends. What has no window says nothing of the past. */
function limitOf(use: ModelState['limits'][number], nowMs: number): readonly string[] {
  const words = use.limit.replace(/^[^:]*: /, '');
  const taken = use.used + use.held;
  if (/ at once/.test(words)) return [];
  if (/^[\w-]+ < /.test(words)) return [`${use.used}%, ${words}`];
  const amount = words.startsWith('$')
    ? dollars(taken) === '-'
      ? '$0'
      : dollars(taken)
    : short(taken);
  const isFull = taken >= use.capacity && use.resetAt !== undefined;
  return [`${amount}/${words}${isFull ? `, more in ${inTime(use.resetAt, nowMs)}` : ''}`];
}

function inTime(at: number, nowMs: number): string {
  return span(Math.max(0, at - nowMs));
}

/** A count in few characters: `950`, `12k`, `3.4M`. */
function short(amount: number): string {
  if (amount < 10_000) return String(amount);
  return amount < 1e6 ? `${Math.round(amount / 1e3)}k` : `${(amount / 1e6).toFixed(1)}M`;
}
