import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import type { LeaseHolder } from '../spec/store.ts';

/** How far two readings of one start time may lie apart where the system gives no exact one. */
const START_TOLERANCE_MS = 2_000;

/** This process as the holder of a lease. Never throws. */
export function currentHolder(name: string): LeaseHolder {
  return {
    name,
    pid: process.pid,
    bootId: bootId(),
    processStart: readStat(process.pid)?.start ?? approximateStart(),
  };
}

/**
 * Whether the process that a holder describes still runs on this machine. A process of an earlier boot, one that has
 * ended but was not waited for, and another process that got the same pid are all dead. Where the system does not show
 * other processes, one that has the pid is taken to be alive. Never throws.
 */
export function isAlive(holder: LeaseHolder): boolean {
  if (holder.bootId !== bootId()) return false;
  const stat = readStat(holder.pid);
  if (stat !== undefined) return !stat.ended && stat.start === holder.processStart;
  if (holder.pid === process.pid) return isNear(holder.processStart, approximateStart());
  return answersSignals(holder.pid);
}

/** Linux names each boot; elsewhere the machine's name must do. */
function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? hostname();
}

/** State and start time (fields 3 and 22 of proc_pid_stat(5)); `undefined` where there is no such file. */
function readStat(pid: number): { readonly ended: boolean; readonly start: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  return start === undefined ? undefined : { ended: /^[ZXx]$/.test(fields[0] ?? ''), start };
}

function approximateStart(): string {
  return String(Math.round(Date.now() - process.uptime() * 1_000));
}

function isNear(a: string, b: string): boolean {
  return Math.abs(Number(a) - Number(b)) <= START_TOLERANCE_MS;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
