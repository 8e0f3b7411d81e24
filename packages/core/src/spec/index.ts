/**
 * The contracts between the kernel and its plugins: types only, nothing runs.
 *
 * @packageDocumentation
 */

export type { AnswerStore, CachedAnswer, CacheScope } from './answer-store.ts';
export type { CallEstimate, Hold, Payer, UsageTotals } from './call-amounts.ts';
export type { HedgeOf } from './call-events.ts';
export type { Credential, CredentialOutcome, Credentials } from './credentials.ts';
export type { Envelope, EventData, EventType, OverseerEvent } from './event.ts';
export type {
  ComponentSource,
  Framework,
  FrameworkCheck,
  FrameworkComponent,
  FrameworkDefinition,
  FrameworkRule,
  FrameworkTest,
} from './framework.ts';
export type { HandoffAway, HandoffStream, HeardNote } from './handoff-events.ts';
export type { HandoffParcel, HandoffTarget } from './handoff-target.ts';
export type { Diagnosis, DiagnosisCause, DiagnosisKind } from './healing-events.ts';
export type { Json, JsonObject } from './json.ts';
export type {
  BudgetScope,
  BudgetSpec,
  CalendarPeriod,
  CapacityHours,
  GaugeRule,
  Graduated,
  Limit,
  LimitMetric,
  LimitRule,
  LimitText,
  SharedBudgets,
  Weekday,
} from './limit.ts';
export type {
  CustomPart,
  FilePart,
  Message,
  Meta,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from './message.ts';
export type {
  CallContext,
  Effort,
  FinishReason,
  ListedModel,
  Model,
  ModelCapabilities,
  ModelErrorKind,
  ModelEvent,
  ModelInfo,
  ModelRequest,
  ModelWarning,
  Price,
  RateBucket,
  RateLimit,
  Support,
  TokenCount,
  ToolDescription,
  Usage,
} from './model.ts';
export type { ModelConnection, ModelReadiness, ModelWork } from './model-status.ts';
export type { ModelTerms } from './notice-events.ts';
export type { ModelEntry, Plugin, PluginParts, Registries, Role } from './plugin.ts';
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
} from './practice-record.ts';
export type {
  CriterionVerdict,
  Deliverable,
  PhaseSpec,
  ProjectDefinition,
  RewindTarget,
} from './project.ts';
export type { FrameworkReport, PromptSection } from './prompt-record.ts';
export type { RecoveryAction, TroubleKind } from './recovery.ts';
export type {
  JoinAnswer,
  OpenReservations,
  ReservationAnswer,
  ReservationCapabilities,
  ReservationMember,
  ReservationRequest,
  ReservationStore,
  ReservationWant,
  ReservationWindow,
} from './reservation-store.ts';
export type { HandoffTrigger, RunStatus } from './run-events.ts';
export type {
  AsideMail,
  BlobStore,
  EventLog,
  EventQuery,
  LeaseAnswer,
  LeaseHolder,
  LeaseStore,
  Mail,
  MailStore,
  OpenStore,
  Snapshot,
  SnapshotStore,
  StandingLease,
  StateStore,
  StoreCapabilities,
} from './store.ts';
export type {
  Check,
  Diagnostic,
  DocumentStatus,
  Ensemble,
  EnsembleClosing,
  PlanTask,
  Position,
  Priority,
  TaskGraph,
  TaskInput,
  TaskKind,
  TaskOrigin,
  TaskSource,
  TextEdit,
  ToolStep,
} from './task.ts';
export type { AttemptFault, ConsideredModel, TakenOver, WaitCause } from './task-events.ts';
export type { Effect, Tool, ToolContext, ToolPermission, ToolSchema } from './tool.ts';
export type { GrantScope, ToolCaller, ToolRefusal } from './tool-caller.ts';
export type {
  JobClaim,
  JobStanding,
  ModelJob,
  OpenTransport,
  TaskTransport,
  TransportCapabilities,
  WithdrawnJob,
} from './transport.ts';
export type {
  Answer,
  Ask,
  Finding,
  ValidationContext,
  ValidationTier,
  Validator,
  Verdict,
} from './validator.ts';
export type {
  ChangeAnswer,
  ChangeRequest,
  RestoreRequest,
  Workspace,
  WorkspaceProvider,
  WorkspaceRequest,
} from './workspace.ts';
