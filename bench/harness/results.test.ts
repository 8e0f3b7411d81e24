import { describe, expect, it } from 'vitest';
import { resultLines } from './results.ts';
import { median } from './samples.ts';
import { table } from './table.ts';
import type { Work } from './work.ts';

const work: Work = {
  summary: 'a work',
  metrics: [
    { name: 'cpuUs', unit: 'µs', compared: true },
    { name: 'rssMb', unit: 'MB', compared: false },
  ],
  subjects: ['floor', 'openai', 'overseer'],
  peers: [],
  peer: 'openai',
  repeats: 3,
  timeoutMs: 1_000,
  needsServer: false,
  measure: async () => ({}),
};

const measured = {
  floor: [{ cpuUs: 10 }, { cpuUs: 20 }, { cpuUs: 40 }],
  openai: [{ cpuUs: 20 }, undefined, { cpuUs: 40 }],
  overseer: [{ cpuUs: 10, rssMb: 5 }, { cpuUs: 10 }, { cpuUs: 10 }],
};

describe('results', () => {
  const lines = resultLines('call', work, measured);

  it('Q3: are the median, the least and the greatest of all repeats', () => {
    expect(lines).toContainEqual({
      work: 'call',
      subject: 'floor',
      metric: 'cpuUs',
      unit: 'µs',
      median: 20,
      min: 10,
      max: 40,
      n: 3,
    });
  });

  it('Q3: quote ratios within a repeat, leaving out those that failed', () => {
    const ratio = (metric: string): unknown =>
      lines.find((line) => line.subject === 'overseer' && line.metric === metric);
    expect(ratio('cpuUs/floor')).toMatchObject({ unit: 'ratio', median: 0.5, min: 0.25, n: 3 });
    expect(ratio('cpuUs/openai')).toMatchObject({ median: 0.375, min: 0.25, max: 0.5, n: 2 });
  });

  it('Q3: compare nothing with itself, and only what is to be compared', () => {
    const metrics = lines.map(({ subject, metric }) => `${subject} ${metric}`);
    expect(metrics).not.toContain('floor cpuUs/floor');
    expect(metrics).not.toContain('overseer rssMb/floor');
    expect(metrics).toContain('overseer rssMb');
  });

  it('Q3: are laid out with their ratios beside them', () => {
    const row = table(lines)
      .split('\n')
      .find((line) => line.startsWith('cpuUs (µs)  overseer'));
    expect(row?.split(/ {2,}/)).toEqual([
      'cpuUs (µs)',
      'overseer',
      '10.0',
      '10.0 .. 10.0',
      '0.500',
      '0.375',
    ]);
  });
});

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 1], 9],
  ])('Q3: of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('Q3: of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});
