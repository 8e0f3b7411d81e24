import type { ModelConnection, ModelReadiness, ModelWork } from '../spec/model-status.ts';
import { readinessOf } from './readiness-of.ts';

/** How a model is connected, and why. */
export interface ConnectionStatus {
  readonly state: ModelConnection;
  /** In words. */
  readonly reason: string;
  /** A word for the reason that stays the same: `not-asked`, `first`, `again`, `loading`, or the kind of the failure. */
  readonly code: string | undefined;
  /** Since when the state and its code are what they are, epoch ms. */
  readonly sinceAt: number;
}

/** What a model is at, and why. */
export interface WorkStatus {
  readonly state: ModelWork;
  /** In words. */
  readonly reason: string;
  /** A word for the reason that stays the same: `limit`, `not-loaded`, or the kind of the failure. */
  readonly code: string | undefined;
  /** Since when the state and its code are what they are, epoch ms. */
  readonly sinceAt: number;
  /** Until when it waits, or when it is tried again, epoch ms; `undefined` where nobody knows. */
  readonly untilAt: number | undefined;
}

/** How a model stands. */
export interface ModelStatus {
  readonly connection: ConnectionStatus;
  readonly work: WorkStatus;
  /** Both in one word. */
  readonly readiness: ModelReadiness;
}

/** A status of which nobody knows yet since when it is. */
export interface FoundStatus {
  readonly connection: Omit<ConnectionStatus, 'sinceAt'>;
  readonly work: Omit<WorkStatus, 'sinceAt'>;
}

/** The same status since the same moments, or since `at` where its state or code is another. Pure. */
export function statusSince(
  found: FoundStatus,
  before: ModelStatus | undefined,
  at: number,
): ModelStatus {
  const connection = connectionSince(found.connection, before?.connection, at);
  const work = workSince(found.work, before?.work, at);
  if (connection === before?.connection && work === before.work) return before;
  return { connection, work, readiness: readinessOf(connection, work) };
}

function connectionSince(
  found: FoundStatus['connection'],
  before: ConnectionStatus | undefined,
  at: number,
): ConnectionStatus {
  if (before === undefined || !isSame(found, before)) return { ...found, sinceAt: at };
  return found.reason === before.reason ? before : { ...found, sinceAt: before.sinceAt };
}

function workSince(
  found: FoundStatus['work'],
  before: WorkStatus | undefined,
  at: number,
): WorkStatus {
  if (before === undefined || !isSame(found, before)) return { ...found, sinceAt: at };
  const isAlike = found.reason === before.reason && found.untilAt === before.untilAt;
  return isAlike ? before : { ...found, sinceAt: before.sinceAt };
}

/** Whether nothing changed but words. Pure. */
export function isSameStatus(one: FoundStatus, other: FoundStatus): boolean {
  return isSame(one.connection, other.connection) && isSame(one.work, other.work);
}

interface Coded {
  readonly state: string;
  readonly code: string | undefined;
}

function isSame(one: Coded, other: Coded): boolean {
  return one.state === other.state && one.code === other.code;
}
