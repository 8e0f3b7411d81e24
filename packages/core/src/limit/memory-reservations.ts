import { StoreError } from '../errors/store-error.ts';
import type {
  OpenReservations,
  ReservationAnswer,
  ReservationMember,
  ReservationRequest,
  ReservationStore,
} from '../spec/reservation-store.ts';
import { ReservationBook } from './reservation-book.ts';

/**
 * Shared limits in memory, for overseers of one process and for tests. Everything that one `memoryReservations()` opens shares
 * the same limits.
 */
export function memoryReservations(): OpenReservations {
  const book = new ReservationBook();
  const members = new Map<string, ReservationMember>();
  return async () => openView(book, members);
}

function openView(
  book: ReservationBook,
  members: Map<string, ReservationMember>,
): ReservationStore {
  const joined = new Set<string>();
  let closed = false;
  const requireOpen = (): void => {
    if (!closed) return;
    throw new StoreError('store.closed', 'These shared limits are closed: open them again.');
  };
  const leave = (member: string): void => {
    joined.delete(member);
    members.delete(member);
    book.free(member);
  };
  return {
    spec: 'reservations/1',
    name: 'memory',
    capabilities: { durable: false, shared: false, renewMs: undefined },
    join: async (member) => {
      requireOpen();
      for (const other of members.values()) {
        if (other.id === member.id) continue;
        const subject = disagreement(member.terms, other.terms);
        if (subject === undefined) continue;
        const theirs = other.terms[subject] ?? '';
        return { kind: 'disagrees', subject, theirs, other: other.name };
      }
      members.set(member.id, member);
      joined.add(member.id);
      return { kind: 'joined' };
    },
    reserve: async (request): Promise<ReservationAnswer> => {
      requireOpen();
      requireMember(members, request);
      const answer = book.reserve(request);
      if (answer === 'fenced') throw passed(request);
      return answer;
    },
    settle: async (id, amounts) => {
      requireOpen();
      book.settle(id, amounts);
    },
    vacate: async (id, member) => {
      requireOpen();
      book.vacate(id, member);
    },
    renew: async (member) => {
      requireOpen();
      return members.has(member);
    },
    leave: async (member) => {
      requireOpen();
      if (joined.has(member)) leave(member);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      for (const member of joined) leave(member);
    },
  };
}

function requireMember(
  members: ReadonlyMap<string, ReservationMember>,
  { member }: ReservationRequest,
): void {
  if (members.has(member)) return;
  throw new StoreError('store.fenced', `${member} does not share these limits: it has to join.`);
}

function passed({ id }: ReservationRequest): StoreError {
  return new StoreError('store.fenced', `Somebody who began later has the places of ${id}.`);
}

/** The first subject of which two say different things. */
function disagreement(
  mine: ReservationMember['terms'],
  theirs: ReservationMember['terms'],
): string | undefined {
  return Object.keys(mine).find(
    (subject) => Object.hasOwn(theirs, subject) && theirs[subject] !== mine[subject],
  );
}
