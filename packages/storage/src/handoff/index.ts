/**
 * Hands a project to another store: sealed for its receiver, taken once, and closed by the receiver's receipt.
 *
 * @packageDocumentation
 */
export { type AcceptedHandoff, type AcceptOptions, acceptHandoff } from './accept-handoff.ts';
export { acceptLateReplies, isLatePackage, type LateTaken } from './accept-late-replies.ts';
export { type AnswerOptions, answerHandoff, type HandoffAnswer } from './answer-handoff.ts';
export { closeHandoff } from './close-handoff.ts';
export { type GivesUp, type HandOffOptions, handOffTo, type SentHandoff } from './hand-off-to.ts';
export { HandoffError, type HandoffErrorCode } from './handoff-error.ts';
export { awayOf } from './handoff-journal.ts';
export { handoffTarget, type TargetOptions } from './handoff-target.ts';
export type { KeptReply } from './kept-reply.ts';
export { lateReplies, sendLateReplies } from './late-replies.ts';
export type { HandoffTeam, NamedByTasks } from './needs-of.ts';
export { recallHandoff } from './recall-handoff.ts';
export { refuseHandoff } from './refuse-handoff.ts';
export { type TakeBackOptions, takeBackHandoff } from './take-back-handoff.ts';
