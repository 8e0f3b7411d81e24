import { ModelError } from '@overseer/core/plugin';

/** Most bytes of a refusal; what comes after them is not read. */
const MAX_REFUSAL = 1024 * 1024;
/** Most bytes of a line of a good answer, as our own readers have it. */
const MAX_LINE = 16 * 1024 * 1024;

/**
 * A `fetch` for clients that read all that a server sends: a refusal is cut, and, for `all`, an answer fails with `protocol`
 * at a line that does not end. It follows no redirect, which could take a key to another host. Without a `fetch` of the host
 * it is the global one, looked up at each request.
 */
export function boundedFetch(
  fetch: typeof globalThis.fetch | undefined,
  what: 'refusals' | 'all',
): typeof globalThis.fetch {
  return async (input, init) => {
    const send = fetch ?? globalThis.fetch;
    const response = await send(input, { ...init, redirect: 'manual' });
    const { body, ok, status, statusText, headers } = response;
    if (body === null || (ok && what === 'refusals')) return response;
    const bounded = boundedBody(body, ok ? lineBound() : sizeBound());
    return new Response(bounded, { status, statusText, headers });
  };
}

/** Says how many of the next bytes may go on, fewer than these where the rest is cut off. Throws where the answer is none. */
type Bound = (bytes: Uint8Array) => number;

function sizeBound(): Bound {
  let left = MAX_REFUSAL;
  return (bytes) => {
    const taken = Math.min(left, bytes.length);
    left -= taken;
    return taken;
  };
}

function lineBound(): Bound {
  let length = 0;
  return (bytes) => {
    const end = bytes.lastIndexOf(10);
    length = end === -1 ? length + bytes.length : bytes.length - end - 1;
    if (length <= MAX_LINE) return bytes.length;
    throw new ModelError(
      'protocol',
      `the answer holds a line of more than ${MAX_LINE} bytes; check that the address is a model server's`,
    );
  };
}

function boundedBody(body: ReadableStream<Uint8Array>, bound: Bound): ReadableStream<Uint8Array> {
  const source = body.getReader();
  return new ReadableStream(
    {
      pull: async (controller) => {
        const step = await source.read();
        if (step.done) return controller.close();
        try {
          const taken = bound(step.value);
          if (taken > 0) controller.enqueue(step.value.subarray(0, taken));
          if (taken === step.value.length) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await source.cancel();
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
