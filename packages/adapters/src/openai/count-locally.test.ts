import { encodeChat } from 'gpt-tokenizer/model/gpt-4o';
import { describe, expect, it } from 'vitest';
import { countLocally } from './count-locally.ts';

const { signal } = new AbortController();

function said(...texts: readonly string[]) {
  return {
    messages: texts.map((text) => ({
      role: 'user' as const,
      parts: [{ type: 'text' as const, text }],
    })),
  };
}

describe("OpenAI's tokenizer in this process", () => {
  it('M12: counts a conversation as its author counts it', async () => {
    const texts = [
      'Read the file.',
      'Задача разбивается на шаги.',
      '任务被分解为步骤。 <|endoftext|>',
    ];
    const chat = texts.slice(0, 2).map((content) => ({ role: 'user' as const, content }));
    const two = await countLocally('gpt-4o', said(...texts.slice(0, 2)), signal);
    expect(two).toEqual({
      tokens: encodeChat(chat, 'gpt-4o').length,
      source: 'tokenizer',
      within: 12,
    });
    const all = await countLocally('gpt-4o', said(...texts), signal);
    expect(all?.tokens).toBeGreaterThan(two?.tokens ?? Number.POSITIVE_INFINITY);
  });

  it('M12: an older model takes texts apart by an older vocabulary', async () => {
    const text = 'Задача разбивается на небольшие шаги.';
    const newer = await countLocally('gpt-5-mini', said(text), signal);
    const older = await countLocally('gpt-4-turbo', said(text), signal);
    expect(older?.tokens).toBeGreaterThan(newer?.tokens ?? Number.POSITIVE_INFINITY);
  });

  it('M12: what it does not know is left to be asked for', async () => {
    const file = { type: 'file' as const, mediaType: 'image/png', data: 'AAAA' };
    const tools = [{ name: 'read', input: { type: 'object' } }];
    expect(await countLocally('some-model', said('Hi'), signal)).toBeUndefined();
    expect(await countLocally('gpt-4o', { ...said('Hi'), tools }, signal)).toBeUndefined();
    expect(
      await countLocally('gpt-4o', { ...said('Hi'), output: { type: 'json' } }, signal),
    ).toBeUndefined();
    expect(
      await countLocally('gpt-4o', { messages: [{ role: 'user', parts: [file] }] }, signal),
    ).toBeUndefined();
    expect(await countLocally('gpt-4o', said('a '.repeat(1_500_000)), signal)).toBeUndefined();
  });

  it('M12: a text without a break takes no square of its length, and says what cutting it may add', async () => {
    const startedAt = performance.now();
    for (const character of ['中', '!', ' ', 'a']) {
      const count = await countLocally('gpt-4o', said(character.repeat(100_000)), signal);
      expect(count?.within).toBeGreaterThan(300);
    }
    // Whole, the first alone takes 40 s.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('M12 K6: stops when it is cancelled', async () => {
    const controller = new AbortController();
    const count = countLocally('gpt-4o', said('word '.repeat(200_000)), controller.signal);
    controller.abort(new Error('enough'));
    await expect(count).rejects.toThrow('enough');
  });
});
