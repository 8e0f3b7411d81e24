import { randomBytes } from 'node:crypto';
import type { KeptBackup } from './backup-target.ts';

/** A copy of a whole journal, with what was shipped after it. */
export interface BackupSet {
  /** What all names of the set begin with. */
  readonly id: string;
  /** When it was begun, epoch ms. */
  readonly at: number;
  /** The name of the copy. */
  readonly full: string;
  /** The names of what came after, in order. */
  readonly tails: readonly string[];
  /** Bytes of all of it. */
  readonly bytes: number;
}

/** A name for a set that nobody has: `20261127T073801123Z-9f3a`. Names have the order of time. */
export function newSetId(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/** The name of the copy that begins a set. */
export function fullName(id: string): string {
  return `${id}-full.ovpkg`;
}

/** The name of the n-th part after it, from 1 on. */
export function tailName(id: string, part: number): string {
  return `${id}-tail-${String(part).padStart(6, '0')}.ovpkg`;
}

/** The sets in a place of backups, the oldest first; what has other names is left alone. Parts behind one that is missing are no part. */
export function setsIn(kept: readonly KeptBackup[]): readonly BackupSet[] {
  const byName = new Map(kept.map((one) => [one.name, one]));
  const sets: BackupSet[] = [];
  for (const { name, bytes } of kept) {
    const id = /^(\d{8}T\d{9}Z-[0-9a-f]{4})-full\.ovpkg$/.exec(name)?.[1];
    if (id === undefined) continue;
    const tails: string[] = [];
    let size = bytes;
    for (let part = 1; ; part++) {
      const tail = byName.get(tailName(id, part));
      if (tail === undefined) break;
      tails.push(tail.name);
      size += tail.bytes;
    }
    sets.push({ id, at: timeOf(id), full: name, tails, bytes: size });
  }
  return sets.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Everything of a set, also what stands behind a missing part. */
export function namesOf(id: string, kept: readonly KeptBackup[]): readonly string[] {
  return kept.map(({ name }) => name).filter((name) => name.startsWith(`${id}-`));
}

/** Parts whose copy is not there. */
export function orphansIn(kept: readonly KeptBackup[]): readonly string[] {
  const names = new Set(kept.map(({ name }) => name));
  return [...names].filter((name) => {
    const id = /^(\d{8}T\d{9}Z-[0-9a-f]{4})-tail-\d{6,}\.ovpkg$/.exec(name)?.[1];
    return id !== undefined && !names.has(fullName(id));
  });
}

function timeOf(id: string): number {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}
