import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultTable } from '../packages/adapters/src/mock-llm/fault-page.fixture.ts';
import { scenarioFrom } from '../packages/adapters/src/mock-llm/scenario-json.ts';
import { readBlocks } from './blocks/read-blocks.ts';

const page = readFileSync(join(import.meta.dirname, 'testing.md'), 'utf8');

describe('the page about testing', () => {
  it('M17: prints the table of faults as it is tested', () => {
    expect(page).toContain(faultTable());
  });

  it('M17: shows a scenario in JSON that the mock service takes', () => {
    const blocks = readBlocks('testing.md', page).filter(({ language }) => language === 'json');
    expect(blocks).toHaveLength(1);
    for (const { text } of blocks) expect(scenarioFrom(JSON.parse(text)).rules).toHaveLength(2);
  });
});
