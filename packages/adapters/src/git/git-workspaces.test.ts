import { workspaceConformance } from '@overseer/core/testing';
import { describe, it } from 'vitest';
import { gitProject } from './project.fixture.ts';

describe('the contract', () => {
  it.each(workspaceConformance({ open: gitProject }))('$name', { timeout: 30_000 }, ({ check }) =>
    check(),
  );
});
