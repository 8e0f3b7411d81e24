import type { ConsideredModel, EventData, OverseerEvent } from '@overseer/core/spec';
import { healed } from './healing-words.ts';
import { ownerOf } from './run-view.ts';
import { cut } from './width.ts';
import { count, dollars, plural, shortEnd, shortFailure, withoutPlace } from './words.ts';

/** Longer lines of a decision are cut. */
const WIDTH = 180;

/** An event in one line of plain words, for those that a person wants to hear of; `undefined` for the rest. */
export function decisionOf(event: OverseerEvent): string | undefined {
  const words = wordsOf(event);
  return words === undefined ? undefined : cut(words, WIDTH);
}

function wordsOf(event: OverseerEvent): string | undefined {
  const task = event.task ?? '';
  const owner = ownerOf(task);
  switch (event.type) {
    case 'run.started':
      return `started: ${event.data.title}`;
    case 'run.resumed':
      return `goes on: ${event.data.because}`;
    case 'run.suspended':
      return `suspended: ${event.data.because}`;
    case 'plan.accepted':
      return planned(event);
    case 'task.diagnosed':
    case 'plan.patched':
      return `${owner} ${healed(event)}`;
    case 'task.assigned':
      return assigned(event, task, owner);
    case 'task.waiting':
      return `${owner} waits: ${withoutPlace(event.data.because)}`;
    case 'task.expedited':
      return `${owner} goes before all others, by ${event.data.by}: ${event.data.because}`;
    case 'task.unexpedited':
      return `${owner} waits for its turn again, by ${event.data.by}: ${event.data.because}`;
    case 'model.changed':
      return modelChanged(event);
    case 'key.changed':
      return keyChanged(event);
    case 'cache.changed':
      return cacheChanged(event);
    case 'limit.learned': {
      const limit = event.data.rate.requests?.limit;
      const because = event.data.because ?? '';
      return limit === undefined
        ? `${event.model} is slowed down no more: ${because}`
        : `${event.model} gets ${limit} calls a minute at most: ${because}`;
    }
    case 'call.started':
      return askedToo(event, owner);
    case 'call.failed':
      return callFailed(event, owner);
    case 'call.withheld':
      return `${owner} waits: ${withoutPlace(event.data.because)}`;
    case 'budget.crossed':
      return crossed(event);
    case 'verdict.given':
      return verdict(event, owner);
    case 'attempt.recovered':
      return `${owner}: ${withoutPlace(event.data.because)}`;
    case 'attempt.ended':
      return attemptEnded(event, owner);
    case 'change.refused':
      return `${owner}: the change does not fit: ${event.data.because}`;
    case 'task.done':
      return task === owner ? done(event) : undefined;
    case 'task.failed':
      return `${owner} failed: ${withoutPlace(event.data.because)}`;
    case 'task.skipped':
      return `${owner} skipped: ${event.data.because}`;
    case 'question.asked':
      return 'person' in event.data.ask.of
        ? `${owner} asks ${event.data.ask.of.person}: ${event.data.ask.request}`
        : undefined;
    default:
      return undefined;
  }
}

/** Making the plan of a goal is a task too, of which a person hears when it is given away. */
function keyChanged({ model, data }: OverseerEvent<'key.changed'>): string {
  const key = `the key ${data.keyName} of ${model}`;
  return data.state === 'down'
    ? `${key} is left alone: ${withoutPlace(data.because)}`
    : `${key} is used again: ${data.because}`;
}

function modelChanged({ model, data }: OverseerEvent<'model.changed'>): string {
  const how = data.work === 'error' ? 'left alone' : data.connection;
  return `${model} is ${how}: ${withoutPlace(data.because)}`;
}

function cacheChanged({ data }: OverseerEvent<'cache.changed'>): string {
  const what = data.part === 'store' ? 'the store of answers' : 'what embeds texts';
  return `${what} is ${data.state === 'down' ? 'left alone' : 'up'}: ${data.because}`;
}

function planned({ data }: OverseerEvent<'plan.accepted'>): string | undefined {
  const isOfGoal = data.by === 'host' && data.tasks.every(({ kind }) => kind === 'plan');
  if (isOfGoal) return undefined;
  const titles = data.by === 'host' ? '' : `: ${data.tasks.map(({ title }) => title).join(', ')}`;
  return `${plural(data.tasks.length, 'task')} planned${titles}`;
}

/** What a refused answer lacks was said by its verdict; what a failed call said, by the call. */
function attemptEnded({ data }: OverseerEvent<'attempt.ended'>, owner: string): string | undefined {
  if (data.outcome === 'rejected') return undefined;
  return `${owner}: ${shortEnd(data.outcome, data.because)}`;
}

function assigned(
  { data }: OverseerEvent<'task.assigned'>,
  task: string,
  owner: string,
): string | undefined {
  if (task !== owner || data.model === undefined) return undefined;
  const first = data.considered?.find(({ model }) => model === data.insteadOf);
  return first === undefined
    ? `${task} goes to ${data.model}`
    : `${whyNot(first, data)}: gave ${task} to ${data.model}`;
}

/** Why the model that was first in line did not get a task: it could not take it now, or its answers were not good enough. */
function whyNot(
  { model, why }: ConsideredModel,
  { because, model: taker }: EventData['task.assigned'],
): string {
  if (because.includes(`${model}: ${why}`)) {
    return `${model}${/^\d/.test(why) ? ' is at' : ':'} ${shortFailure(why)}`;
  }
  // Behind it stands why the other one was chosen among the rest.
  const end = because.lastIndexOf(`; ${taker} `);
  const reason = end < 0 ? because : because.slice(0, end);
  return reason.replace(`${model}: `, `${model} `);
}

/** Of a call that begins nobody need hear, unless it is the second for one answer. */
function askedToo(
  { data: { hedge } }: OverseerEvent<'call.started'>,
  owner: string,
): string | undefined {
  return hedge === undefined ? undefined : `${owner}: ${hedge.because}`;
}

function callFailed({ data, model, at }: OverseerEvent<'call.failed'>, owner: string): string {
  if (data.lostTo !== undefined) {
    return `${owner}: ${data.message}: ${model} was broken off${chargeOf(data)}`;
  }
  const failure = `${data.kind}: ${shortFailure(data.message)}`;
  return `${model} failed at ${owner} (${failure})${chargeOf(data)}${nextTry(data, at)}`;
}

/** Nothing where a second model failed that was asked the same: it is asked once. */
function nextTry({ retryAt, retryable }: EventData['call.failed'], at: number): string {
  if (retryAt === undefined) return retryable ? '' : '; no use trying again';
  const wait = Math.max(0, retryAt - at);
  return wait < 100 ? '; tries again' : `; tries again in ${(wait / 1_000).toFixed(1)} s`;
}

function chargeOf({ uncertain }: EventData['call.failed']): string {
  return uncertain ? ', charged at its estimate' : '';
}

function crossed({ data }: OverseerEvent<'budget.crossed'>): string {
  const { scope, metric, share, capacity } = data;
  const [kind = '', ...rest] = scope.split(':');
  const whose = kind === 'user' || kind === 'tenant' ? `${kind} ${rest.join(':')}` : `the ${kind}`;
  const amount = metric === 'usd' ? dollars(capacity) : `${count(capacity)} ${metric}`;
  return `${whose} has used or reserved ${Math.round(share * 100)} % of a budget of ${amount}`;
}

function verdict({ data }: OverseerEvent<'verdict.given'>, owner: string): string | undefined {
  if (data.verdict.kind === 'pass') {
    return data.verdict.skipped === undefined
      ? undefined
      : `${owner}: ${data.validator} skipped: ${data.verdict.skipped}`;
  }
  const first = data.verdict.findings[0];
  const place =
    first?.file === undefined
      ? ''
      : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `;
  return `${owner}: ${data.validator} refused it: ${place}${first?.message ?? 'no reason given'}; the next attempt is told`;
}

function done({ task, data }: OverseerEvent<'task.done'>): string {
  const commit = data.commit === undefined ? '' : `, commit ${data.commit.slice(0, 7)}`;
  const files =
    data.changed === undefined || data.changed.length === 0 ? '' : `, ${data.changed.join(' ')}`;
  return `${task} is done${files}${commit}`;
}
