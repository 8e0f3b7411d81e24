import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBlocks } from './blocks/read-blocks.ts';

it('M8: the adapter of twenty lines has no more', () => {
  const page = readFileSync(join(import.meta.dirname, 'custom-models.md'), 'utf8');
  expect(page).toContain('## An adapter of twenty lines');
  const adapter = readBlocks('custom-models.md', page).find(({ name }) => name === 'parrot.ts');
  const [whole] = /^export function parrot.*?^\}$/ms.exec(adapter?.text ?? '') ?? [];
  expect(whole?.split('\n').length).toBeLessThanOrEqual(20);
});
