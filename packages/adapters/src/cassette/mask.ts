/** What is shorter is a placeholder, such as `none`: replaced anywhere, it would spoil texts and hide nothing. */
const MIN_SECRET = 8;
const MOST_KNOWN = 256;

/** Hides secrets in bytes, wherever a server or a prompt repeats them. */
export interface Mask {
  /** Learns more secrets; those under 8 characters are left alone. */
  learn(secrets: readonly string[]): void;
  /** The same number of bytes, with stars in place of every secret: also as JSON, in a URL and in base64. */
  hide(bytes: Uint8Array): Uint8Array;
  /** The same for a text. */
  hideText(text: string): string;
}

/** A mask that knows the newest 256 secrets and those that it starts with. */
export function createMask(always: readonly string[]): Mask {
  const learned = new Set<string>();
  const forms = (): readonly string[] =>
    [...new Set([...always, ...learned].filter(isSecret).flatMap(formsOf))]
      // The longest first: one may be the beginning of another.
      .sort((a, b) => b.length - a.length);
  let known = forms();
  const hide = (bytes: Uint8Array): Uint8Array => {
    // One character a byte, so that whatever the bytes mean stays where it is.
    let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const before = text;
    for (const form of known) text = text.replaceAll(form, '*'.repeat(form.length));
    return text === before ? bytes : Buffer.from(text, 'latin1');
  };
  return {
    learn(secrets) {
      for (const secret of secrets) {
        if (!isSecret(secret) || learned.has(secret)) continue;
        learned.add(secret);
        const [oldest] = learned;
        if (learned.size > MOST_KNOWN && oldest !== undefined) learned.delete(oldest);
        known = forms();
      }
    },
    hide,
    hideText: (text) => Buffer.from(hide(Buffer.from(text))).toString(),
  };
}

function isSecret(text: string): boolean {
  return text.length >= MIN_SECRET;
}

/** A secret in the ways in which it may be written, each as one character a byte. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  const texts = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
  return texts.map((text) => Buffer.from(text).toString('latin1'));
}
