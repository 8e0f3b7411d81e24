/** One thing that happens to a reply in memory. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly done: () => void }
  | { readonly kind: 'broken'; readonly error: unknown }
  | { readonly kind: 'end' };

/** A stream that somebody else writes, piece by piece. */
export interface PieceStream {
  readonly stream: ReadableStream<Uint8Array>;
  put(piece: Piece): void;
}

/** Makes a stream whose pieces are done when they are read. `onCancel` hears that nobody wants the rest. */
export function createPieceStream(onCancel: () => void): PieceStream {
  const pieces: Piece[] = [];
  let wake: (() => void) | undefined;
  const next = async (): Promise<Piece> => {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) return piece;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      const piece = await next();
      if (piece.kind === 'end') controller.close();
      else if (piece.kind === 'broken') controller.error(piece.error);
      else {
        controller.enqueue(piece.bytes);
        piece.done();
      }
    },
    cancel: onCancel,
  };
  return {
    // Nothing is read ahead, so that a break comes after the pieces before it and not in place of them.
    stream: new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }),
    put(piece) {
      pieces.push(piece);
      wake?.();
    },
  };
}
