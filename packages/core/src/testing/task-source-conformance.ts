import { equal, fail, notEqual, ok } from 'node:assert/strict';
import { OverseerError } from '../errors/overseer-error.ts';
import type { DocumentStatus, TaskSource, TextEdit } from '../spec/index.ts';
import type { ConformanceRule } from './rule.ts';

/** A document for a task source to prove itself on. */
export interface TaskSourceSubject {
  /** Reads the document that `text` is and answers its source. */
  readonly open: (text: string) => Promise<TaskSource> | TaskSource;
  /** A document with at least two open tasks. */
  readonly text: string;
  /** The `uid`s of its open tasks. */
  readonly todo: readonly string[];
  /** How a task stands in a text, read afresh; `undefined` when it is not there. */
  readonly statusOf: (text: string, uid: string) => DocumentStatus | undefined;
}

/** The rules of the `TaskSource` contract: one edit, of nothing but the state, on the present text, or a clear refusal. */
export function taskSourceConformance(subject: TaskSourceSubject): readonly ConformanceRule[] {
  return rules.map(({ name, check }) => ({
    name,
    check: async () => check(await subject.open(subject.text), subject),
  }));
}

type Check = (source: TaskSource, subject: TaskSourceSubject) => void;

const rules: readonly { readonly name: string; readonly check: Check }[] = [
  { name: 'A1: a source names its files', check: namesFiles },
  { name: 'A1: setting a state changes that state and no other', check: changesOne },
  { name: 'A1: setting a state touches only a few characters', check: isSmall },
  { name: 'A1: setting a state twice is the same as once', check: isIdempotent },
  { name: 'A1: setting a state back restores every byte', check: isReversible },
  { name: 'A1: states are set on the present text, one after the other', check: usesPresentText },
  { name: 'A1: an unknown task is refused', check: refusesUnknown },
  { name: 'A1: a text without the task is refused', check: refusesGone },
];

function namesFiles(source: TaskSource, { todo }: TaskSourceSubject): void {
  ok(source.files.length > 0, 'The source names no file.');
  for (const file of source.files) ok(!file.startsWith('/'), `${file} is not relative.`);
  ok(todo.length >= 2, 'The subject needs two open tasks.');
}

function changesOne(source: TaskSource, { text, todo, statusOf }: TaskSourceSubject): void {
  for (const uid of todo) {
    const after = set(source, text, uid, 'done');
    equal(statusOf(after, uid), 'done', `${uid} is not done after it was set.`);
    for (const other of todo) {
      if (other !== uid) equal(statusOf(after, other), statusOf(text, other), `${other} changed.`);
    }
  }
}

function isSmall(source: TaskSource, { text, todo }: TaskSourceSubject): void {
  for (const uid of todo) {
    const edit = source.setStatus(fileOf(source), text, uid, 'done');
    ok(edit.end >= edit.start && edit.end - edit.start <= 32, `${uid}: the edit is too wide.`);
    ok(edit.text.length <= 32, `${uid}: the edit writes too much.`);
  }
}

function isIdempotent(source: TaskSource, { text, todo }: TaskSourceSubject): void {
  for (const uid of todo) {
    const once = set(source, text, uid, 'done');
    notEqual(once, text);
    equal(set(source, once, uid, 'done'), once);
  }
}

function isReversible(source: TaskSource, { text, todo }: TaskSourceSubject): void {
  for (const uid of todo) {
    equal(set(source, set(source, text, uid, 'done'), uid, 'todo'), text, `${uid} left a trace.`);
  }
}

function usesPresentText(source: TaskSource, { text, todo, statusOf }: TaskSourceSubject): void {
  let present = text;
  for (const uid of todo) present = set(source, present, uid, 'done');
  for (const uid of todo) equal(statusOf(present, uid), 'done', `${uid} was lost.`);
}

function refusesUnknown(source: TaskSource, { text }: TaskSourceSubject): void {
  refuses(() => source.setStatus(fileOf(source), text, 'no such task', 'done'));
}

function refusesGone(source: TaskSource, { todo }: TaskSourceSubject): void {
  for (const uid of todo) refuses(() => source.setStatus(fileOf(source), '', uid, 'done'));
}

function refuses(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    ok(OverseerError.is(error), 'What was thrown is no OverseerError.');
    equal(error.code, 'source.stale');
    return;
  }
  fail('It was not refused.');
}

function set(source: TaskSource, text: string, uid: string, status: DocumentStatus): string {
  return apply(text, source.setStatus(fileOf(source), text, uid, status));
}

function apply(text: string, { start, end, text: next }: TextEdit): string {
  return text.slice(0, start) + next + text.slice(end);
}

function fileOf(source: TaskSource): string {
  return source.files[0] ?? '';
}
