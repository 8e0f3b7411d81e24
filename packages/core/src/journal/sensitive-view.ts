import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { Mail, MailStore, StateStore } from '../spec/store.ts';
import {
  openSealed,
  openValue,
  type SensitiveKeys,
  shownEvent,
  type ValueSealer,
} from './sealed-values.ts';
import { storeView } from './store-view.ts';

/** A store of which events and messages are read with what is sensitive in them, for those who work with it. */
export function openedView(
  store: StateStore,
  keys: SensitiveKeys | undefined,
  sealer: ValueSealer | undefined,
): StateStore {
  if (keys === undefined) return store;
  const { mail } = store;
  const view = viewOf(store, (event) =>
    openSealed(event, keys, (value) => sealer?.remember(event, value)),
  );
  return mail === undefined ? view : { ...view, mail: openedMail(mail, keys, sealer) };
}

/** A store of which events are read with `[sealed]` in place of what is sensitive, for those who look on. */
export function shownView(store: StateStore): StateStore {
  return viewOf(store, shownEvent);
}

function openedMail(
  mail: MailStore,
  keys: SensitiveKeys,
  sealer: ValueSealer | undefined,
): MailStore {
  const { setAside, aside } = mail;
  return {
    put: (stream, message) => mail.put(stream, message),
    read: async (stream, limit) => {
      const messages = await mail.read(stream, limit);
      return messages.map((message) => openedMessage(message, keys, sealer));
    },
    remove: (stream, ids) => mail.remove(stream, ids),
    ...(setAside === undefined ? {} : { setAside: (...what) => setAside.apply(mail, what) }),
    ...(aside === undefined
      ? {}
      : {
          aside: async (...what) => {
            const messages = await aside.apply(mail, what);
            return messages.map((message) => openedMessage(message, keys, sealer));
          },
        }),
  };
}

/** What is said of a run in a message is sealed for the message and that run. */
function openedMessage<T extends Mail>(
  message: T,
  keys: SensitiveKeys,
  sealer: ValueSealer | undefined,
): T {
  const run = runIn(message.body);
  if (run === undefined) return message;
  const place = { id: message.id, run };
  const hear = (value: Json): void => sealer?.remember(place, value);
  return { ...message, body: openValue(place, message.body, keys, hear) };
}

function runIn(body: Json): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { run } = body as JsonObject;
  return typeof run === 'string' ? run : undefined;
}

function viewOf(store: StateStore, change: (event: OverseerEvent) => OverseerEvent): StateStore {
  const { events } = store;
  return {
    ...storeView(store),
    events: {
      append: (epoch, added) => events.append(epoch, added),
      head: (stream) => events.head(stream),
      streams: () => events.streams(),
      read: async (query) => {
        const page = await events.read(query);
        const read = page.map(change);
        // Whoever compares pages, or holds many, need not hold them twice.
        return read.every((event, at) => event === page[at]) ? page : read;
      },
    },
  };
}
