import type { CallEventData } from './call-events.ts';

/** Where a project goes that leaves its store, as the last word of its journal there. */
export interface HandoffAway {
  /** Names this handoff; its package, its receipt and all that is noted of it say so. */
  readonly handoff: string;
  /** The public key of the only one that may have it. */
  readonly receiver: string;
}

/** Where a reply stands that was heard: the place and the id of its event. */
export interface HeardNote {
  readonly seq: number;
  readonly id: string;
}

/** One stream in a package that was made of a project. */
export interface HandoffStream {
  readonly name: string;
  readonly head: number;
}

/**
 * What is noted when a project goes to another store. What the project must know is in its own stream; the rest is in the stream
 * `handoff/<project>`, so that a project that comes back finds its journal as it left it.
 */
export interface HandoffEventData {
  /** The project goes on in this store, which is its receiver's. */
  'handoff.received': {
    readonly handoff: string;
    /** Names the package it came by: the hash of the manifest. */
    readonly package: string;
    /** The public key of whoever sent it. */
    readonly sender: string;
  };
  /** The project goes on where it was, as its own stream and the notes say: somebody who knows that nobody took it orders so. */
  'handoff.recalled': { readonly handoff: string; readonly because: string };
  /** The project goes on where it was: its receiver cannot take it, and signed that it never will. */
  'handoff.refused': {
    readonly handoff: string;
    /** The public key of whoever refused it. */
    readonly receiver: string;
    readonly code: string;
    readonly because: string;
    /** When it was refused, in epoch ms. */
    readonly refusedAt: number;
    /** The signature of the refusal, base64url. */
    readonly signature: string;
  };
  /**
   * What a receiver answered, once and for all, before it says so to anybody: in the stream `answer/<handoff>` of its store, so that it
   * neither takes what it refused nor refuses what it took.
   */
  'handoff.answered': {
    readonly handoff: string;
    readonly answer:
      | {
          readonly kind: 'taken';
          readonly package: string;
          /** The public key of whoever sent it. */
          readonly sender: string;
        }
      | { readonly kind: 'refused'; readonly code: string; readonly because: string };
  };
  /**
   * A call ended after its project had left: noted at its sender, and again where a package of late replies brought it. It is no part
   * of the project's journal until the project hears it.
   */
  'handoff.reply': {
    readonly handoff: string;
    /** Which answer of the attempt it was to be, from 1. */
    readonly step: number;
    readonly end:
      | { readonly type: 'call.finished'; readonly data: CallEventData['call.finished'] }
      | { readonly type: 'call.failed'; readonly data: CallEventData['call.failed'] };
  };
  /**
   * The project has heard of such an end, in the same write as what came of it: it is heard once, wherever the project goes. `note` is where
   * it stands in `handoff/<project>` of this store, before which all were heard.
   */
  'handoff.heard': { readonly call: string; readonly note?: HeardNote };
  /** A package was made of a project that left; there may be several of one handoff. */
  'handoff.packed': {
    readonly handoff: string;
    readonly package: string;
    readonly sender: string;
    readonly receiver: string;
    readonly streams: readonly HandoffStream[];
  };
  /** The receiver's receipt is here and holds: the project is not this store's any more. */
  'handoff.closed': {
    readonly handoff: string;
    readonly package: string;
    readonly receiver: string;
    /** When the receiver took it, in epoch ms. */
    readonly receivedAt: number;
    /** The receiver's signature, base64url. */
    readonly signature: string;
  };
}
