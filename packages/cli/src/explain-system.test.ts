import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainSystem } from './explain-system.ts';

describe('what the system refused', () => {
  it('X5 A6: is said with the path, what it means and what helps', () => {
    expect(explainSystem(thrownBy(() => readFileSync('/nowhere/at/all')))).toBe(
      '/nowhere/at/all: there is no such file or folder: look at the path. [system.enoent]',
    );
    expect(explainSystem(thrownBy(() => writeFileSync('/', '')))).toBe(
      '/: it is a folder: name a file in it. [system.eisdir]',
    );
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    expect(explainSystem(full)).toBe(
      'A file could not be reached (write): no space is left on its disk: make room, then say it again. [system.enospc]',
    );
    const moved = Object.assign(new Error('x'), {
      code: 'EROFS',
      syscall: 'rename',
      path: 'a',
      dest: 'b',
    });
    expect(explainSystem(moved)).toBe(
      'a → b: its disk may only be read: choose another place. [system.erofs]',
    );
  });

  it('X5: says nothing of what is no refusal about a file', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' });
    for (const other of [new Error('x'), refused, 'x', undefined, null]) {
      expect(explainSystem(other)).toBeUndefined();
    }
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
