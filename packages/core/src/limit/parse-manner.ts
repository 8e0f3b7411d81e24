import type { LimitRule } from '../spec/limit.ts';
import { scaleDecimal } from './decimal.ts';
import { found, hint } from './limit-hints.ts';
import type { LimitReader, LimitToken } from './limit-tokens.ts';

/** What stands behind the commas: fields of the limit, and where they stand. */
export interface ReadManner {
  readonly fields: Pick<LimitRule, 'kind' | 'burst' | 'soft'>;
  readonly kindAt: LimitToken | undefined;
  readonly burstAt: LimitToken | undefined;
}

interface Collected {
  kind: 'session' | 'smooth' | undefined;
  kindAt: LimitToken | undefined;
  burst: number | undefined;
  burstAt: LimitToken | undefined;
  isSoft: boolean;
}

const WORDS = ['soft', 'smooth', 'session'];

/**
 * Reads `, soft`, `, smooth`, `, smooth burst 5` and `, session`, in any order, up to the end; `isSession` when that was
 * said already. Throws `ConfigError` (`config.limit`).
 */
export function readManner(
  reader: LimitReader,
  isSession: boolean,
  mayHaveAny: boolean,
): ReadManner {
  const all: Collected = {
    kind: isSession ? 'session' : undefined,
    kindAt: undefined,
    burst: undefined,
    burstAt: undefined,
    isSoft: false,
  };
  while (mayHaveAny && reader.take(',') !== undefined) readOne(reader, all);
  const rest = reader.next();
  if (rest.kind !== 'end') {
    const more = mayHaveAny ? 'the end or ", soft"' : 'the end';
    throw reader.wrong(rest, `expected ${more}, ${found(rest)}${hint(rest.text, WORDS)}`);
  }
  const { kind, kindAt, burst, burstAt, isSoft } = all;
  return {
    fields: {
      ...(kind === undefined ? {} : { kind }),
      ...(burst === undefined ? {} : { burst }),
      ...(isSoft ? { soft: true } : {}),
    },
    kindAt,
    burstAt,
  };
}

function readOne(reader: LimitReader, all: Collected): void {
  const token = reader.next();
  const word = token.text.toLowerCase();
  if (word === 'soft' && !all.isSoft) {
    all.isSoft = true;
    return;
  }
  if (word !== 'smooth' && word !== 'session') {
    const twice = word === 'soft' ? '"soft" was said already' : undefined;
    throw reader.wrong(
      token,
      twice ?? `expected "soft" or "smooth" after the comma, ${found(token)}${hint(word, WORDS)}`,
    );
  }
  if (all.kind !== undefined) {
    throw reader.wrong(
      token,
      all.kind === word
        ? `"${word}" was said already`
        : 'a window is either a session or smooth: a session lets its whole amount through at once; write two limits',
    );
  }
  all.kind = word;
  all.kindAt = token;
  if (word === 'smooth' && reader.take('burst') !== undefined) readBurst(reader, all);
}

function readBurst(reader: LimitReader, all: Collected): void {
  const isMoney = reader.take('$') !== undefined;
  const token = reader.next();
  if (token.kind !== 'number') {
    throw reader.wrong(token, `expected how much may be used at once, such as 5, ${found(token)}`);
  }
  const places = { k: 3, K: 3, M: 6 }[isMoney ? '' : reader.peek().text] ?? 0;
  if (places > 0) reader.next();
  all.burst = scaleDecimal(token.text, places);
  all.burstAt = token;
}
