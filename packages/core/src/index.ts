/**
 * Overseer: runs a team of language models under an overseer model.
 *
 * @packageDocumentation
 */
export type { CacheOptions, CacheSharing, SemanticOptions } from './call/cache-options.ts';
export type { ModelChange, RemoveOrder } from './check-model-order.ts';
export type { AtOnceBounds } from './check-workers.ts';
export type { Custodian } from './create-custodian.ts';
export type { OverseerNode } from './create-node.ts';
export type { Worker } from './create-worker.ts';
export type { CustodianOptions } from './custodian-options.ts';
export { createCustodian, createNode, createOverseer, createWorker } from './enter.ts';
export { ConfigError } from './errors/config-error.ts';
export { ModelError, ModelNotFoundError } from './errors/model-error.ts';
export { OverseerError } from './errors/overseer-error.ts';
export { StoreError } from './errors/store-error.ts';
export { ToolError } from './errors/tool-error.ts';
export type { HealingOptions } from './heal/healing-options.ts';
export { sensitive } from './internal/sensitive-mark.ts';
export type { Span } from './internal/span-ms.ts';
export type { GivenGrant, Grant, GrantStanding } from './journal/grant.ts';
export { type MemoryOptions, memory } from './journal/memory-store.ts';
export { type MemoryTransportOptions, memoryTransport } from './journal/memory-transport.ts';
export type { TaskStatus } from './journal/run-state.ts';
export {
  openSealed,
  type RunKey,
  runKey,
  type SensitiveKeys,
  shownEvent,
} from './journal/sealed-values.ts';
export type { Spent } from './journal/spending.ts';
export { type Forms, upcastEvents } from './journal/upcast-events.ts';
export type { Upcaster, Upcasters, WrittenEvent } from './journal/upcaster.ts';
export type { BreakerScope } from './limit/breaker.ts';
export type { BreakerKind, BreakerStanding } from './limit/breaker-standing.ts';
export { memoryReservations } from './limit/memory-reservations.ts';
export type { ModelBreaker } from './limit/model-breakers.ts';
export type { LimitUse } from './limit/model-limits.ts';
export type { Trend } from './limit/spend-rate.ts';
export type {
  LimitOptions,
  Pool,
  Sampler,
  SharedLimit,
  SharedLimitsOptions,
} from './limit-options.ts';
export { lookAtNodes } from './look-at-nodes.ts';
export { lookAtPractices } from './look-at-practices.ts';
export { lookAtProject, type ProjectLook } from './look-at-project.ts';
export { lookAtRetention, type RetentionLook } from './look-at-retention.ts';
export type { NodeChange } from './node/node-change.ts';
export type { HandOverLetter } from './node/node-mail.ts';
export type { NodesSeen, SeenNode, SeenProject } from './node/nodes-seen.ts';
export type { Vitals, VitalsMonitor, WellBounds } from './node/vitals.ts';
export type { NodeOptions, ProjectTeam } from './node-options.ts';
export type { Delegation, PartialResult } from './observe/delegation.ts';
export type { DelegationFilter } from './observe/delegations.ts';
export { createFailureLedger, type FailureLedger } from './observe/failure-ledger.ts';
export type {
  FailureCost,
  FailureGroup,
  FailurePlace,
  FailureReport,
  TaskDiagnosis,
} from './observe/failure-report.ts';
export type { Level } from './observe/forecast.ts';
export type { WaitReason } from './observe/limited-time.ts';
export { ModelFold, type RecordedModel } from './observe/model-fold.ts';
export type { Present } from './observe/present.ts';
export type {
  Bottleneck,
  DependencyMap,
  LimitEffect,
  PhaseProgress,
  Progress,
  RecoveryPoint,
  RunProgress,
  TaskProgress,
  TaskStanding,
  WorkProgress,
} from './observe/progress.ts';
export { ProgressFold } from './observe/progress-fold.ts';
export { type ProgressScope, progressOf } from './observe/progress-of.ts';
export type { OverseerReadings } from './observe/readings.ts';
export type { FailureCause } from './observe/remedies.ts';
export type { AuditFilter, ToolCallRecord } from './observe/tool-audit.ts';
export type { UsageRow } from './observe/usage.ts';
export type { WorkRow } from './observe/work-book.ts';
export type { OverseerOptions, StandbyOptions, TeamEntry } from './options.ts';
export { orderHandOver } from './order-hand-over.ts';
export type { Overseer } from './overseer.ts';
export { type OverseerModelOptions, overseerAsModel } from './overseer-as-model.ts';
export type { OverseerConversation } from './overseer-conversation.ts';
export type { CountTokensRequest } from './overseer-counts.ts';
export type { OverseerDecisions } from './overseer-decisions.ts';
export type { OverseerOrders } from './overseer-orders.ts';
export type { OverseerRequests } from './overseer-requests.ts';
export type { OverseerRoster } from './overseer-roster.ts';
export type { HandOverOrder, OverseerEnd, OverseerTenure } from './overseer-tenure.ts';
export type { ComparedTask } from './plan/compared-tasks.ts';
export { readGraph, writeGraph } from './plan/graph-json.ts';
export type { RollbackTarget } from './project/checkpoints.ts';
export { defaultPhases } from './project/default-phases.ts';
export type { TaskChange } from './project/fork-tasks.ts';
export type { ProjectVersion } from './project/history.ts';
export type {
  OverseerProject,
  PhaseAnswer,
  PhaseOrder,
  Project,
  ProjectGlance,
} from './project/project-face.ts';
export type { ProjectOptions } from './project/project-options.ts';
export type {
  ChecklistItem,
  CheckpointState,
  DeliverableState,
  PhaseState,
  ProjectRun,
  ProjectState,
  TaskCounts,
} from './project/project-state.ts';
export type { Rewound } from './project/rewind.ts';
export type { ComposedPrompt } from './prompt/prompt-input.ts';
export { type PromptLine, promptLines } from './prompt/prompt-lines.ts';
export type { RedactOptions } from './redact-options.ts';
export type { ForkChanges, ForkOptions, ReplayOptions } from './request-fork.ts';
export type { RetentionOptions, RetentionTrouble } from './retention-options.ts';
export type { HedgeOptions } from './route/hedge-options.ts';
export type { Practice } from './route/practice-entry.ts';
export type { RoutingMode, RoutingOptions } from './route/routing-options.ts';
export type { TidyOptions } from './route/tidy-options.ts';
export type { PersonalMail } from './run/aside-mail.ts';
export type { BudgetFit } from './run/budget-fits.ts';
export type { CacheState } from './run/cache-state.ts';
export { type ComparedModel, type Comparison, comparisonOf } from './run/comparison.ts';
export type { LiveEvent } from './run/create-attempt-host.ts';
export { type ErasedFrom, eraseLeft } from './run/erase-left.ts';
export type { CostEstimate } from './run/estimate-cost.ts';
export type { Approval } from './run/expedite.ts';
export { finalTask } from './run/final-check.ts';
export type { GrantInput } from './run/grant-orders.ts';
export type { ModelState } from './run/model-state.ts';
export type { ConnectionStatus, ModelStatus, WorkStatus } from './run/model-status.ts';
export type { RunParent } from './run/new-run.ts';
export { type ErasedPerson, personalData } from './run/personal-data.ts';
export { type MadePlan, type Planning, planOf } from './run/planning.ts';
export type { PracticeOrders, TidiedPractices, TidyOrder } from './run/practice-desk.ts';
export type { DroppedPractice } from './run/practice-dropped.ts';
export type { PracticeInput } from './run/practice-noted.ts';
export type { ImportedPractices, ImportOptions } from './run/practices-imported.ts';
export type { OpenQuestion } from './run/questions.ts';
export type { Run } from './run/run-handle.ts';
export type { RunResult, TaskResult } from './run/run-result.ts';
export type { ModelGone, ModelListener, ModelNews } from './run/status-watch.ts';
export type { StoreListener } from './run/store-breaker.ts';
export type { ToolState } from './run/tool-state.ts';
export type { UnfinishedRun } from './run/unfinished-runs.ts';
export type { WaitingTask } from './run/waiting-tasks.ts';
export type { Order, WorkScope } from './run/work-scope.ts';
export type { RunOptions } from './run-options.ts';
export type { CostForecast, TaskForecast } from './schedule/cost-projection.ts';
export type { CostRange } from './schedule/quantity.ts';
export type { SensitiveOptions } from './sensitive-options.ts';
export type {
  CostlyFinding,
  PracticeChange,
  PracticeFinding,
  PracticeLimit,
  PracticeMonth,
  PracticeName,
  PracticeNote,
  PracticeRecord,
  PracticeTokens,
} from './spec/practice-record.ts';
export type { ToolLimit } from './tool-limit-options.ts';
export { type ReviewOptions, review } from './validate/review.ts';
export { type HandoffWatch, type WatchOptions, watchForHandoff } from './watch-for-handoff.ts';
export type { WorkerChange, WorkerOptions } from './worker-options.ts';
