import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGranted, missingGrants } from './granted.ts';
import { toolOf } from './tool.fixture.ts';

const permissions = fc.uniqueArray(fc.constantFrom('read', 'write', 'execute', 'network', 'mail'));

describe('isGranted', () => {
  it('T5: holds just where nothing is missing', () => {
    fc.assert(
      fc.property(permissions, permissions, (needed, grants) => {
        const tool = toolOf({ permissions: needed });
        const missing = missingGrants(tool, grants);
        expect(isGranted(tool, grants)).toBe(missing.length === 0);
        expect(isGranted(tool, [...grants, ...missing])).toBe(true);
        expect(missing).toEqual(needed.filter((permission) => !grants.includes(permission)));
      }),
    );
  });

  it('T5: a tool that needs nothing is granted to all', () => {
    expect(isGranted(toolOf(), [])).toBe(true);
  });
});
