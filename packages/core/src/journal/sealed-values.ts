import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mapTexts, SEALED_SPAN, sensitive, shown } from '../internal/sensitive-mark.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import { KnownValues } from './known-values.ts';

/** Keys that seal sensitive values, by id, of 32 bytes each. The current one seals; the others still open. */
export interface SensitiveKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** The key of one run alone, for a reader who is to open that and no other. */
export interface RunKey {
  readonly run: string;
  /** The id of the key that it comes from. */
  readonly id: string;
  readonly key: Uint8Array;
}

/** Where sealed values stand, which open nowhere else: the id of an event or a message, and the run that it is of. */
export type SealedPlace = Pick<OverseerEvent, 'id' | 'run'>;

/** Seals values of events, each for the event and the run that it stands in. */
export class ValueSealer {
  readonly #keys: SensitiveKeys;
  readonly #known = new KnownValues();
  /** The key of the run that was written last. */
  #last: { readonly run: string; readonly key: Uint8Array } | undefined;

  constructor(keys: SensitiveKeys) {
    this.#keys = keys;
  }

  /** A whole value as a text that stands for it. */
  value(event: SealedPlace, value: Json): string {
    this.remember(event, value);
    return this.#seal(event, 'j', JSON.stringify(value));
  }

  /** A part of a text. */
  text(event: SealedPlace, text: string): string {
    this.remember(event, text);
    return this.#seal(event, 't', text);
  }

  /** A whole of which only parts are sensitive, so that none of it is looked for elsewhere. */
  whole(place: SealedPlace, value: Json): string {
    return this.#seal(place, 'w', JSON.stringify(value));
  }

  /** Texts in a value that was sealed: where they come again in the same run, they are sealed too. */
  remember({ run = '' }: SealedPlace, value: Json): void {
    this.#known.add(run, value);
  }

  /** A text with what was sealed in its run before sealed again, such as where a model repeats it. */
  repeated(event: SealedPlace, text: string): string {
    return this.#known.replace(event.run ?? '', text, (found) => this.#seal(event, 'p', found));
  }

  #seal(event: SealedPlace, kind: Kind, content: string): string {
    const { current } = this.#keys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(event.run ?? ''), nonce);
    cipher.setAAD(placeOf(event, kind));
    const bytes = [nonce, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `⟦sealed: ${current} ${kind}${Buffer.concat(bytes).toString('base64url')}⟧`;
  }

  #keyOf(run: string): Uint8Array {
    if (this.#last?.run === run) return this.#last.key;
    const { current, keys } = this.#keys;
    const key = derive(keys[current] ?? new Uint8Array(), run);
    this.#last = { run, key };
    return key;
  }
}

/** The key of one run, made of the current key or the one of that id. `undefined` where there is no such key. */
export function runKey(
  keys: SensitiveKeys,
  run: string,
  id: string = keys.current,
): RunKey | undefined {
  const key = Object.hasOwn(keys.keys, id) ? keys.keys[id] : undefined;
  return key === undefined ? undefined : { run, id, key: derive(key, run) };
}

/**
 * An event with what is sensitive in it as it was written, as far as these keys open it; what they do not open stays sealed. `hear`
 * is told of each that was opened. The very event where nothing is sealed. Throws nothing.
 */
export function openSealed<E extends OverseerEvent>(
  event: E,
  keys: SensitiveKeys | RunKey,
  hear: (value: Json) => void = () => undefined,
): E {
  const data = openValue(event, event.data as unknown as JsonObject, keys, hear);
  return data === event.data ? event : { ...event, data };
}

/** A value with what is sealed in it for a place, as `openSealed` opens an event. */
export function openValue(
  place: SealedPlace,
  value: Json,
  keys: SensitiveKeys | RunKey,
  hear: (value: Json) => void = () => undefined,
): Json {
  return mapTexts(value, (text) => openText(place, keys, text, hear));
}

/** An event with `[sealed]` in place of all that is sensitive. The very event where there is nothing. */
export function shownEvent<E extends OverseerEvent>(event: E): E {
  const data = shown(event.data as unknown as JsonObject);
  return data === event.data ? event : { ...event, data };
}

/** `j` for a whole value, `w` for one that is sensitive in parts, `t` for a part of a text that is marked, `p` for one that is not. */
type Kind = 'j' | 'w' | 't' | 'p';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function openText(
  event: SealedPlace,
  keys: SensitiveKeys | RunKey,
  text: string,
  hear: (value: Json) => void,
): Json {
  if (!text.includes('⟦sealed: ')) return text;
  const [whole] = text.matchAll(SEALED_SPAN);
  const kind = whole?.[2];
  if (whole?.[0] === text && (kind === 'j' || kind === 'w')) {
    const content = openSpan(event, keys, whole);
    if (content === undefined) return text;
    const value: Json = JSON.parse(content);
    if (kind === 'j') hear(value);
    return value;
  }
  return text.replace(SEALED_SPAN, (...span: readonly string[]) => {
    const content = openSpan(event, keys, span);
    // What was a whole value has been put into a text, where it is no part of one.
    if (content === undefined || span[2] === 'j' || span[2] === 'w') return span[0] ?? '';
    hear(content);
    return span[2] === 'p' ? content : sensitive(content);
  });
}

function openSpan(
  event: SealedPlace,
  keys: SensitiveKeys | RunKey,
  [, id = '', kind = '', encoded = '']: readonly string[],
): string | undefined {
  const run = event.run ?? '';
  const key = 'run' in keys ? keyOfReader(keys, run, id) : runKey(keys, run, id)?.key;
  const bytes = Buffer.from(encoded, 'base64url');
  if (key === undefined || bytes.byteLength < NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(placeOf(event, kind));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const content = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([content, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function keyOfReader(reader: RunKey, run: string, id: string): Uint8Array | undefined {
  return reader.run === run && reader.id === id ? reader.key : undefined;
}

/** HKDF with SHA-256 (RFC 5869): who has the key of one run learns nothing of that of another. */
function derive(key: Uint8Array, run: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `overseer sensitive ${run}`, 32));
}

function placeOf({ run, id }: SealedPlace, kind: string): Buffer {
  return Buffer.from(JSON.stringify(['sensitive', run ?? null, id, kind]));
}
