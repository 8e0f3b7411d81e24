import type { Session } from '../session.ts';

/** A session as one of its users has it. */
export interface HeldSession {
  readonly session: Session;
  /** Ends the session with its last user. Never rejects; a second time it changes nothing. */
  close(): Promise<void>;
}

interface Shared {
  readonly session: Promise<Session>;
  users: number;
}

/**
 * Gives everybody who asks while somebody has it the same session, so that a process holds one however many projects it works on. One
 * that cannot be started is tried anew by whoever asks next. Throws what `start` throws.
 */
export function shareSession(start: () => Promise<Session>): () => Promise<HeldSession> {
  let current: Shared | undefined;
  const forget = (shared: Shared): void => {
    if (current === shared) current = undefined;
  };
  return async () => {
    current ??= { session: start(), users: 0 };
    const shared = current;
    shared.users += 1;
    const session = await shared.session.catch((error: unknown) => {
      forget(shared);
      throw error;
    });
    let closing: Promise<void> | undefined;
    const leave = async (): Promise<void> => {
      shared.users -= 1;
      if (shared.users > 0) return;
      forget(shared);
      await session.close();
    };
    return {
      session,
      close: () => {
        closing ??= leave();
        return closing;
      },
    };
  };
}
