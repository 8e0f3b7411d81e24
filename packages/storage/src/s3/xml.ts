/**
 * What stands between `<name>` and `</name>`, each time, of a document as S3 sends it: without attributes that matter, CDATA
 * and elements inside others of their name. Reads no entity but the five of XML and numbers, and no declaration.
 */
export function elementsIn(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, 'g'))].map(
    ([, inner = '']) => inner,
  );
}

/** The text of the first element of that name; `undefined` where there is none. */
export function textIn(xml: string, name: string): string | undefined {
  const [inner] = elementsIn(xml, name);
  return inner === undefined ? undefined : unescapeXml(inner);
}

/** Text as it may stand in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{1,5}));/gi,
    (whole, tens, hex, name) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const point = tens === undefined ? Number.parseInt(hex, 16) : Number(tens);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
