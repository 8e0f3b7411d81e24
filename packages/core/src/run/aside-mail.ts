import { readEvents } from '../journal/read-events.ts';
import type { Json } from '../spec/json.ts';
import type { AsideMail, MailStore, StateStore } from '../spec/store.ts';

/** Messages that are read at once. */
const PAGE = 50;

/** A message to an overseer which nobody could act on, and which holds something of a run: how one of its calls ended. */
export interface PersonalMail {
  readonly type: 'mail.aside';
  readonly id: string;
  readonly stream: string;
  /** When it was set aside, in epoch ms. */
  readonly at: number;
  readonly run: string;
  readonly data: { readonly kind: string; readonly because: string; readonly body: Json };
}

/** The messages to a stream that were set aside, and hold something of these runs. What cannot be read of anybody's is left out. */
export async function* asideMailOf(
  store: StateStore,
  stream: string,
  runs: ReadonlySet<string>,
): AsyncGenerator<PersonalMail> {
  for await (const { id, kind, at, because, body } of allAside(store.mail, stream)) {
    const run = runIn(body);
    if (run === undefined || !runs.has(run)) continue;
    yield { type: 'mail.aside', id, stream, at, run, data: { kind, because, body } };
  }
}

/** The ids of those that hold something of a run; of one that cannot be read, its id tells by the call. To be asked while the run can be read. */
export async function asideIdsOf(
  store: StateStore,
  stream: string,
  run: string,
  mail: MailStore | undefined = store.mail,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let calls: ReadonlySet<string> | undefined;
  for await (const { id, body, problem } of allAside(mail, stream)) {
    if (problem !== undefined) calls ??= await callsOf(store, stream, run);
    const isIts =
      problem === undefined ? runIn(body) === run : calls?.has(id.slice(id.indexOf('/') + 1));
    if (isIts === true) ids.push(id);
  }
  return ids;
}

async function* allAside(mail: MailStore | undefined, stream: string): AsyncGenerator<AsideMail> {
  if (mail?.aside === undefined) return;
  for (let after: string | undefined; ; ) {
    const page: readonly AsideMail[] = await mail.aside(stream, PAGE, after);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

/** Replies to calls name their run. */
function runIn(body: Json): string | undefined {
  const isObject = typeof body === 'object' && body !== null && 'run' in body;
  return isObject && typeof body['run'] === 'string' ? body['run'] : undefined;
}

async function callsOf(
  store: StateStore,
  stream: string,
  run: string,
): Promise<ReadonlySet<string>> {
  const calls = new Set<string>();
  for await (const page of readEvents(store, stream, run)) {
    for (const { call } of page) if (call !== undefined) calls.add(call);
  }
  return calls;
}
