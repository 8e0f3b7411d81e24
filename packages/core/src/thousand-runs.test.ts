import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const child = fileURLToPath(new URL('./thousand-runs.fixture.ts', import.meta.url));

describe('a thousand runs', () => {
  it('R1 O3: leave nothing behind in the heap of their overseer, however they end', {
    timeout: 60_000,
  }, async () => {
    const flags = ['--expose-gc', '--conditions=@overseer/source'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, child]);
    const { bytesPerRun, ended } = JSON.parse(stdout);
    expect(bytesPerRun).toBeLessThan(100);
    for (const status of ['completed', 'failed', 'stopped']) {
      expect(ended[status], status).toBeGreaterThan(50);
    }
  });
});
