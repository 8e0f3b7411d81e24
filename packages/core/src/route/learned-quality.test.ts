import { describe, expect, it } from 'vitest';
import { type Difficulty, ENOUGH_OUTCOMES, LearnedQuality } from './learned-quality.ts';

const easy = (at: number): Difficulty => ({ kind: 'code', text: `rename variable number ${at}` });
const hard = (at: number): Difficulty => ({ kind: 'code', text: `prove lemma about rings ${at}` });

function taught(rounds: number): LearnedQuality {
  const quality = new LearnedQuality();
  for (let at = 0; at < rounds; at++) {
    quality.note('weak', easy(at), true);
    quality.note('weak', hard(at), false);
    quality.note('strong', easy(at), true);
    quality.note('strong', hard(at), at % 5 !== 0);
  }
  return quality;
}

describe('LearnedQuality', () => {
  it('M14: predicts that a model fails at what it failed at before', () => {
    const quality = taught(80);
    expect(quality.outcomes).toBeGreaterThanOrEqual(ENOUGH_OUTCOMES);
    const [weakHard, strongHard] = quality.predict(['weak', 'strong'], hard(1_000));
    const [weakEasy] = quality.predict(['weak'], easy(1_000));
    expect(weakHard?.quality).toBeLessThan(0.4);
    expect(strongHard?.quality).toBeGreaterThan(0.6);
    expect(weakEasy?.quality).toBeGreaterThan(0.7);
    expect(weakHard?.bySimilar).toBeLessThan(0);
  });

  it('M14: says nothing of similar texts before there are enough', () => {
    const [weak] = taught(10).predict(['weak'], hard(1_000));
    expect(weak).toMatchObject({ bySimilar: 0 });
    expect(weak?.outcomes).toBeCloseTo(20, 0);
  });

  it('M14: learns from long texts too, of which it keeps no copy', async () => {
    const long = (at: number): Difficulty => ({
      kind: 'code',
      text: `${'prove the lemma about rings '.repeat(100)}${at}`,
    });
    const quality = taught(60);
    for (let at = 0; at < 60; at++) quality.note('weak', long(at), false);
    expect(quality.predict(['weak'], long(99))[0]?.bySimilar).toBeLessThan(0);
    expect(JSON.stringify(await quality.body())).not.toContain('lemma');
  });

  it('M14 R2: knows the same whenever it was asked in between', async () => {
    const texts = Array.from({ length: 300 }, (_, at) =>
      `text ${at % 250} `.repeat(at % 7 === 0 ? 400 : 1),
    );
    const [asked, never] = [new LearnedQuality(), new LearnedQuality()];
    for (const [at, text] of texts.entries()) {
      for (const quality of [asked, never]) {
        quality.note(at % 4 === 0 ? 'm' : 'n', { kind: 'k', text }, at % 3 === 0);
      }
      if (at % 5 === 0) asked.predict(['m'], { kind: 'k', text });
      if (at % 50 === 0) await asked.body();
    }
    expect(await asked.body()).toEqual(await never.body());
  });

  it('M14 R2 R8: what a snapshot holds is of one moment, and put together in turns of everything else', async () => {
    const words = (at: number) => Array.from({ length: 100 }, (_, n) => `w${at} x${n}`).join(' ');
    const [quality, still] = [new LearnedQuality(60), new LearnedQuality(60)];
    for (let at = 0; at < 240; at++) {
      for (const one of [quality, still]) one.note('m', { kind: 'k', text: words(at % 80) }, true);
      // Some are read, and the others are not.
      if (at === 210) for (const one of [quality, still]) one.predict(['m'], easy(1));
    }
    let turns = 0;
    let isDone = false;
    const learnMore = (): void => {
      turns += 1;
      quality.note('late', { kind: 'k', text: words(turns) }, false);
      if (turns % 3 === 0) quality.predict(['late'], easy(turns));
      if (!isDone) setImmediate(learnMore);
    };
    setImmediate(learnMore);
    const body = await quality.body();
    isDone = true;
    expect(turns).toBeGreaterThan(3);
    expect(body).toEqual(await still.body());
    const again = new LearnedQuality(60);
    await again.restore(body);
    expect(again.predict(['m', 'late'], easy(3))).toEqual(still.predict(['m', 'late'], easy(3)));
  });

  it('M14: its parts add up to what it says', () => {
    for (const one of taught(80).predict(['weak', 'strong', 'new'], easy(3))) {
      const { usual, byKind, bySimilar, byLength, quality } = one;
      const sum = usual + byKind + bySimilar + byLength;
      expect(quality).toBeCloseTo(Math.max(0.01, Math.min(0.99, sum)), 9);
    }
  });

  it('M14 R8: predicts the same after a snapshot, as JSON', async () => {
    const quality = taught(80);
    const again = new LearnedQuality();
    await again.restore(JSON.parse(JSON.stringify(await quality.body())));
    expect(again.outcomes).toBe(quality.outcomes);
    expect(again.predict(['weak'], hard(7))).toEqual(quality.predict(['weak'], hard(7)));
    expect(await again.body()).toEqual(await quality.body());
  });
});
