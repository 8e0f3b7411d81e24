import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCountFile, readMockCounts } from './count-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'counts-'));
const path = join(folder, 'counts.jsonl');

afterEach(() => rmSync(path, { force: true }));

describe('a count file', () => {
  it('M17: sums up what every service wrote to it', async () => {
    const first = openCountFile(path);
    first.append({ model: 'a', outcome: 'completed', inputTokens: 3, outputTokens: 4 });
    first.append({ model: 'a', outcome: 'failed', status: 429 });
    first.append({ model: 'b', outcome: 'cut' });
    first.close();
    const second = openCountFile(path);
    second.append({ model: 'a', outcome: 'completed', inputTokens: 1, outputTokens: 1 });
    second.append({ model: 'a', outcome: 'failed', status: 429 });
    second.append({ model: 'b', outcome: 'closed-early' });
    second.close();
    const none = { completed: 0, failed: {}, cut: 0, closedEarly: 0 };
    const tokens = { inputTokens: 4, outputTokens: 5 };
    expect(await readMockCounts(path)).toEqual({
      a: { ...none, requests: 4, completed: 2, failed: { 429: 2 }, ...tokens },
      b: { ...none, requests: 2, cut: 1, closedEarly: 1, inputTokens: 0, outputTokens: 0 },
    });
  });

  it('R1 M17: a line cut short by a death spoils neither the lines before nor those after', async () => {
    const line = JSON.stringify({ model: 'a', outcome: 'cut' });
    for (let length = 0; length < line.length; length++) {
      writeFileSync(path, `${line}\n${line.slice(0, length)}`);
      const file = openCountFile(path);
      file.append({ model: 'a', outcome: 'cut' });
      file.close();
      expect(await readMockCounts(path)).toMatchObject({ a: { requests: 2, cut: 2 } });
    }
  });

  it('M17: may be read while it is written, and leaves out what is no settlement', async () => {
    const file = openCountFile(path);
    file.append({ model: 'a', outcome: 'cut' });
    appendFileSync(path, 'null\n[]\n{}\n{"model":1}\n');
    expect(await readMockCounts(path)).toMatchObject({ a: { requests: 1 } });
    file.close();
  });

  it('M17: takes nothing more once it is closed', () => {
    const file = openCountFile(path);
    file.close();
    file.close();
    file.append({ model: 'a', outcome: 'cut' });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('M18: says where it cannot be, and what to do', async () => {
    const nowhere = join(folder, 'missing', 'counts.jsonl');
    const said = expect.objectContaining({ code: 'config.count-file' });
    expect(() => openCountFile(nowhere)).toThrowError(said);
    await expect(readMockCounts(nowhere)).rejects.toThrowError(said);
  });
});
