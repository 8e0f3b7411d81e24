import type { ModelRequest, OverseerEvent } from '@overseer/core/spec';
import type { World } from './world.ts';

/** What a request is about, as far as its text tells. */
export interface Subject {
  readonly run: string;
  readonly task: string;
  readonly kind: 'plan' | 'review' | 'work';
  /** 1 for the first call of an attempt. */
  readonly step: number;
}

/**
 * Reads off a request what it is about, and checks that it may be made: its start is on disk, it has no end there, and
 * the same step of its attempt has no reply yet. Who cannot know what was written meanwhile, since it was frozen or is a worker, may
 * make one that has its end.
 */
export function requestOf(
  world: World,
  model: string,
  request: ModelRequest,
  mayBeOver: boolean,
): Subject {
  const subject = parse(request);
  const starts = world.written.filter(
    (event) =>
      event.type === 'call.started' && event.model === model && event.data.step === subject.step,
  );
  const open = mayBeOver ? starts : starts.filter((start) => !isEnded(world.written, start));
  if (!open.some((start) => isAbout(world, start, subject))) {
    world.broken(
      `R1: ${model} is called for step ${subject.step} of ${subject.run}/${subject.task} before the start of that call is on disk`,
    );
  }
  return subject;
}

function parse(request: ModelRequest): Subject {
  const text = request.messages
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n');
  const goal = /\[(R\d+)\/goal\]/.exec(text);
  const review = /\[review of (R\d+)\/(\S+?)\]/.exec(text);
  const step = request.messages.filter(({ role }) => role === 'assistant').length + 1;
  if (review !== null) return { run: review[1] ?? '', task: review[2] ?? '', kind: 'review', step };
  if (goal !== null) return { run: goal[1] ?? '', task: 'plan', kind: 'plan', step };
  const work = [...text.matchAll(/\[(R\d+)\/(\S+?)\]/g)].at(-1);
  return { run: work?.[1] ?? '', task: work?.[2] ?? '', kind: 'work', step };
}

function isAbout(world: World, start: OverseerEvent, subject: Subject): boolean {
  const key = start.task ?? '';
  const title = world.written.find(
    (event) => event.type === 'run.started' && event.run === start.run,
  );
  const run = title?.type === 'run.started' ? title.data.title : '';
  if (!run.includes(subject.run)) return false;
  if (subject.kind === 'review') return key.startsWith(`${subject.task}/`);
  // Members of an ensemble have the words of its task.
  return key === subject.task || key.replace(/\/\d$/, '') === subject.task;
}

function isEnded(events: readonly OverseerEvent[], start: OverseerEvent): boolean {
  return events.some(
    (event) =>
      (event.type === 'call.finished' || event.type === 'call.failed') && event.call === start.call,
  );
}
