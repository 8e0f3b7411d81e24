/** One piece of a streamed reply: bytes, and what they are to it. */
export interface Frame {
  readonly text: string;
  /** `token` carries exactly one token of output; `closing` comes after the last, from where the stop reason is told. */
  readonly kind: 'framing' | 'token' | 'closing';
}

/** A server-sent event, named where the dialect names its events. */
export function sseFrame(value: object, kind: Frame['kind'], event?: string): Frame {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return { text: `${name}data: ${JSON.stringify(value)}\n\n`, kind };
}
