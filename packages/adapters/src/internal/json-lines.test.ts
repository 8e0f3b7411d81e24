import { describe, expect, it } from 'vitest';
import { readJsonLines } from './json-lines.ts';

const MIB = 1024 * 1024;

/** Says how many pieces were taken. */
function pieces(piece: Uint8Array, most: number) {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        taken += 1;
        if (taken > most) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body), taken: () => taken };
}

async function all(response: Response): Promise<readonly object[]> {
  const read: object[] = [];
  for await (const line of readJsonLines(response, new AbortController().signal, 'x/m'))
    read.push(line);
  return read;
}

describe('lines of results', () => {
  it('M13: are read however they are cut, the last one without its end', async () => {
    const response = new Response('{"a":1}\r\n\n{"b":"é"}\n{"c":3}');
    await expect(all(response)).resolves.toEqual([{ a: 1 }, { b: 'é' }, { c: 3 }]);
  });

  it('M13 M18: one without end is refused before it fills the memory', async () => {
    const { response, taken } = pieces(new Uint8Array(MIB).fill(97), 64);
    await expect(all(response)).rejects.toMatchObject({ kind: 'protocol' });
    expect(taken()).toBeLessThan(20);
  });

  it('M13 M18: one in many small pieces takes no more than linear time', async () => {
    const { response } = pieces(new Uint8Array(512).fill(97), 24_000);
    const since = performance.now();
    await expect(all(response)).rejects.toMatchObject({ kind: 'protocol' });
    // By looking again at all that came before, each time, it was minutes.
    expect(performance.now() - since).toBeLessThan(4_000);
  });

  it('M13 M18: what is no JSON is named', async () => {
    await expect(all(new Response('{"a":1}\nno\n'))).rejects.toMatchObject({ kind: 'protocol' });
  });
});
