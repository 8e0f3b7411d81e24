import { frameworkConformance } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { bmad } from './bmad.ts';
import { none } from './none.ts';

describe.each([bmad, none])('$definition.id', (framework) => {
  it.each(frameworkConformance(framework))('$name', ({ check }) => check());
});

describe('bmad', () => {
  const parts = {
    background: 'Node 24.',
    action: 'Write slugify.',
    deliverable: '`src/slugify.ts`',
  };

  it.each([
    ['## Background\nNode 24.\n\n## Action\nWrite slugify.\n\n## Deliverable\n`src/slugify.ts`\n'],
    ['Background: Node 24.\nAction: Write slugify.\nDeliverable: `src/slugify.ts`'],
    ['**Background**: Node 24.\n**Action:** Write slugify.\n**Deliverable**:\n`src/slugify.ts`'],
    ['Write slugify.\r\n\r\n# BACKGROUND\r\nNode 24.\r\n# deliverable\r\n`src/slugify.ts`'],
  ])('F2: a request in words is read: %j', (request) => {
    expect(bmad.parse?.(request)).toEqual(parts);
  });

  it('F2: a request that only happens to have such a word stays whole', () => {
    expect(bmad.parse?.('Set these styles.\nBackground: blue\nColor: red')).toEqual({});
    expect(bmad.parse?.('Model the data.\nAction items follow.')).toEqual({});
    expect(bmad.parse?.('Do it.\n```\nAction: a\nModel: b\n```')).toEqual({});
  });

  it('F2: words before and between headings are kept, in order', () => {
    const request = 'First.\nAction: second\nthird\nModel: any\nAction: fourth';
    expect(bmad.parse?.(request)).toEqual({
      action: 'First.\nsecond\nthird\nfourth',
      model: 'any',
    });
  });

  it('F2: it says that it is not the method of a like name', () => {
    expect(bmad.definition.attribution.note).toContain('BMad Code, LLC');
    expect(bmad.definition.components.find(({ id }) => id === 'model')?.internal).toBe(true);
  });
});
