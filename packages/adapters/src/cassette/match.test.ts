import { describe, expect, it } from 'vitest';
import { differences, featuresOf, likeness } from './match.ts';

const LONG = 'The rules of this team, which stand at the beginning of every prompt. '.repeat(5);

function asking(...contents: readonly string[]) {
  const messages = contents.map((content) => ({ role: 'user', content }));
  const body = { kind: 'json', value: { model: 'm', messages } } as const;
  return featuresOf({ method: 'POST', path: '/v1/chat/completions', headers: {}, body }, []);
}

describe('what a request differs in from a recorded one', () => {
  it('M17: is shown where long texts part, and not how they begin alike', () => {
    const [line = ''] = differences(asking(`${LONG}Say hello.`), asking(`${LONG}Say goodbye.`));
    expect(line).toMatch(/recorded ….*Say hello\."?, asked ….*Say goodbye\."?$/);
    expect(line.length).toBeLessThan(300);
    expect(differences(asking('hi'), asking('ho'))).toEqual([
      'body.messages.0.content: recorded "hi", asked "ho"',
    ]);
    expect(differences(asking('hi'), asking('hi', 'ho'))).toContain(
      'body.messages.1.content: recorded nothing, asked "ho"',
    );
  });

  it('M17: is told of the one that begins most like it, where as many values differ', () => {
    const asked = asking(`${LONG}Say goodbye.`);
    const near = likeness(asking(`${LONG}Say hello.`), asked);
    expect(near).toBeGreaterThan(likeness(asking('Something else.'), asked));
    expect(near).toBeLessThan(likeness(asked, asked));
  });
});
