import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostTurns, takeTurn } from './host-turns.ts';

describe('the turns of the models of one server', () => {
  it('M5: calls of one model run together, those of another wait for them, and later ones behind those', async () => {
    const turns = new HostTurns();
    const begun: string[] = [];
    const take = (model: string, name: string) => {
      const turn = turns.take(model);
      void turn.begun.then(({ switched }) => begun.push(`${name}${switched ? '!' : ''}`));
      return turn;
    };
    const [first, second, other, late] = [
      take('a', 'a1'),
      take('a', 'a2'),
      take('b', 'b1'),
      take('a', 'a3'),
    ];
    await Promise.resolve();
    expect(begun).toEqual(['a1', 'a2']);
    first?.end();
    first?.end();
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    second?.end();
    await Promise.resolve();
    expect(begun).toEqual(['a1', 'a2', 'b1!']);
    other?.end();
    await Promise.resolve();
    expect(begun.at(-1)).toBe('a3!');
    late?.end();
    expect(turns.idle).toBe(true);
  });

  it('M5: never runs two models at once and leaves nobody behind, whoever leaves when', async () => {
    const step = fc.record({ model: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        async (steps, picks) => {
          const turns = new HostTurns();
          const running = new Map<() => void, string>();
          let over = 0;
          for (const { model, leaves } of steps) {
            const turn = turns.take(model);
            const end = (): void => {
              running.delete(end);
              over++;
              turn.end();
            };
            let gone = false;
            void turn.begun.then(() => {
              if (!gone) running.set(end, model);
            });
            if (leaves) {
              gone = true;
              end();
            }
          }
          while (over < steps.length) {
            await Promise.resolve();
            await Promise.resolve();
            expect(new Set(running.values()).size).toBe(1);
            const ends = [...running.keys()];
            ends[Number(picks.next().value) % ends.length]?.();
          }
          expect(turns.idle).toBe(true);
        },
      ),
    );
  });

  it('M5: waits for no more than a thousand', () => {
    const turns = new HostTurns();
    turns.take('a');
    for (let n = 0; n < 1000; n++) turns.take('b');
    expect(() => turns.take('b')).toThrow(expect.objectContaining({ kind: 'overloaded' }));
  });

  it('M5: are of one server, whoever asks, and of no other', async () => {
    const here = takeTurn('http://a', 'x');
    const there = takeTurn('http://b', 'y');
    const same = takeTurn('http://a', 'y');
    await Promise.all([here.begun, there.begun]);
    here.end();
    await same.begun;
    there.end();
    same.end();
  });
});
