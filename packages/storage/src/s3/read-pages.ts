import type { S3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';
import { textIn } from './xml.ts';

/** A list that comes in pages. */
export interface Listing {
  /** The element around each page. */
  readonly element: string;
  readonly query: Readonly<Record<string, string>>;
  /** What the next page is asked for with, by the element of this page that has it. */
  readonly next: Readonly<Record<string, string>>;
}

/** A million names; what is more is no place of backups. */
const MOST_PAGES = 1_000;

/** The pages of a list, each whole. Throws `S3Failure`: half a list must never pass for all of it. */
export async function* readPages(client: S3Client, listing: Listing): AsyncGenerator<string> {
  let more: Readonly<Record<string, string>> = {};
  for (let page = 0; page < MOST_PAGES; page++) {
    const { text } = await client.ask({ method: 'GET', query: { ...listing.query, ...more } });
    const inner = textIn(text, listing.element) === undefined ? undefined : text;
    const isMore = textIn(inner ?? '', 'IsTruncated');
    if (inner === undefined || (isMore !== 'true' && isMore !== 'false')) throw broken(client);
    yield inner;
    if (isMore === 'false') return;
    const before = JSON.stringify(more);
    more = nextOf(inner, listing);
    // One that begins anew would never end.
    if (Object.keys(more).length === 0 || JSON.stringify(more) === before) throw broken(client);
  }
  throw broken(client);
}

function nextOf(page: string, { next }: Listing): Readonly<Record<string, string>> {
  const entries = Object.entries(next).flatMap(([element, name]) => {
    const value = textIn(page, element);
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function broken(client: S3Client): S3Failure {
  const { place, host } = client.asked();
  return new S3Failure(
    'backup.target',
    `${host} gave a list of ${place} that is not whole, and nothing is done by half a list. Try again; else see whether it speaks S3.`,
    { status: 400 },
  );
}
