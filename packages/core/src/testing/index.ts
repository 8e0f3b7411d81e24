/**
 * The test kit: conformance rules for every plugin interface, a clock held in the hand, fakes.
 * Works with any test runner.
 *
 * @packageDocumentation
 */

export { type AnswerStoreSubject, answerStoreConformance } from './answer-store-conformance.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { type FakeModel, type FakeModelOptions, type FakeReply, fakeModel } from './fake-model.ts';
export { frameworkConformance } from './framework-conformance.ts';
export {
  type LeftOutRule,
  leftOutOfModelConformance,
  modelConformance,
} from './model-conformance.ts';
export type { ModelConformanceOptions, ModelFeature } from './model-rules/options.ts';
export type { ReservationsSubject } from './reservations/subject.ts';
export { reservationsConformance } from './reservations-conformance.ts';
export type { ConformanceRule } from './rule.ts';
export type { StoreSubject } from './store/subject.ts';
export { stateStoreConformance } from './store-conformance.ts';
export { type TaskSourceSubject, taskSourceConformance } from './task-source-conformance.ts';
export { type ToolScene, type ToolSubject, toolConformance } from './tool-conformance.ts';
export type { TransportPlace, TransportSubject } from './transport/subject.ts';
export { transportConformance } from './transport-conformance.ts';
export {
  type ValidatorScene,
  type ValidatorSubject,
  validatorConformance,
} from './validator-conformance.ts';
export type { WorkspaceProject, WorkspaceSubject } from './workspace/project.ts';
export { workspaceConformance } from './workspace-conformance.ts';
