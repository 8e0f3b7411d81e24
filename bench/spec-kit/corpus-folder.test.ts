import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusFolder } from './corpus-folder.ts';

describe('the folder of documents', () => {
  it('K4: is the one that is named, else that of all data, else a sentence that says what to do', () => {
    expect(corpusFolder('mine', { OVERSEER_DATA: 'all' })).toBe('mine');
    expect(corpusFolder(undefined, { OVERSEER_DATA: 'all' })).toBe(join('all', 'specs'));
    expect(() => corpusFolder(undefined, {})).toThrow('--data');
  });
});
