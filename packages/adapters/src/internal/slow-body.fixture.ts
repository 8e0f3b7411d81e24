/** A body that a test sends piece by piece, and that tells what became of it. */
export interface SlowBody {
  /** An answer of events with this body. */
  readonly response: (headers?: Readonly<Record<string, string>>) => Response;
  readonly send: (text: string) => void;
  readonly end: () => void;
  /** How often more was asked for. */
  readonly pulls: () => number;
  readonly cancelled: () => boolean;
}

/** Makes a body that nobody but its reader can give up: no signal reaches it. */
export function slowBody(onCancel?: () => Promise<void>): SlowBody {
  let pulls = 0;
  let cancelled = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        pulls++;
      },
      cancel: () => {
        cancelled = true;
        return onCancel?.();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    response: (headers = { 'content-type': 'text/event-stream' }) =>
      new Response(stream, { headers }),
    send: (text) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    pulls: () => pulls,
    cancelled: () => cancelled,
  };
}
