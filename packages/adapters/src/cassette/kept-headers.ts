/** Headers of requests that are written down: what says how to read a body, and nothing about who sends it. */
const OF_REQUESTS = /^(content-type|accept|anthropic-version|anthropic-beta|openai-beta)$/;

/** Headers of answers that are written down: the form of the body, limits, and the provider's id of the request. */
const OF_ANSWERS =
  /^(content-type|retry-after(-ms)?|x-should-retry|(x-)?request-id|(x-|anthropic-)ratelimit-[\w-]+|openai-(version|processing-ms|model)|x-(trial-)?endpoint-[\w-]+|api-version|x-debug-trace-id)$/;

/** Headers that are left out and yet say nothing of who sends them. */
const IMPERSONAL =
  /^(host|connection|content-length|accept-\w+|user-agent|sec-fetch-mode|x-stainless-[\w-]+|cache-control|pragma|transfer-encoding|x-fern-[\w-]+)$/;

/** Parts of a query that are written down; Google's `key` is not among them. */
const OF_QUERIES =
  /^(alt|limit|page_?size|page_?token|after_?id|before_?id|after|order|api-version)$/i;

/** The headers of a request that a cassette keeps; every other is left out. */
export function keptOfRequest(headers: Headers): Readonly<Record<string, string>> {
  return keep(headers, OF_REQUESTS);
}

/** The headers of an answer that a cassette keeps; every other is left out. */
export function keptOfAnswer(headers: Headers): Readonly<Record<string, string>> {
  return keep(headers, OF_ANSWERS);
}

/** The path of an address with what a cassette keeps of its query, in the order of the names. */
export function keptPath({ pathname, searchParams }: URL): string {
  const kept = [...searchParams].filter(([name]) => OF_QUERIES.test(name));
  if (kept.length === 0) return pathname;
  return `${pathname}?${new URLSearchParams(kept.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/** The values that a request shows its sender by: those of headers and of parts of the query that are left out. */
export function secretsOfRequest(url: URL, headers: Headers): readonly string[] {
  const ofHeaders = [...headers].flatMap(([name, value]) =>
    OF_REQUESTS.test(name) || IMPERSONAL.test(name)
      ? []
      : [value, value.replace(/^\w+\s+/, ''), ...passwordOf(value)],
  );
  const ofQuery = [...url.searchParams].flatMap(([name, value]) =>
    OF_QUERIES.test(name) ? [] : [value],
  );
  return [...ofHeaders, ...ofQuery];
}

function passwordOf(value: string): readonly string[] {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(value) ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  return [pair, pair.slice(pair.indexOf(':') + 1)];
}

function keep(headers: Headers, wanted: RegExp): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => wanted.test(name)));
}
