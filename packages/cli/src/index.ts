/**
 * The `overseer` command as a library: what a host or an example needs to run it its own way.
 *
 * @packageDocumentation
 */
export { type Followed, followRun, type ShowFlags } from './commands/follow.ts';
export { type ResumeWish, resumeRun } from './commands/resume.ts';
export type { KeepRuns } from './commands/run-flags.ts';
export { stopEarly, stoppedEarly } from './commands/stop-early.ts';
export type { PlanWish } from './commands/tell-plan.ts';
export { type WorkOptions, work } from './commands/work.ts';
export { EXIT } from './exit-code.ts';
export { explain } from './explain.ts';
export { runFlagNames, runProgram } from './program.ts';
export { withFinalCheck } from './setup/finish-graph.ts';
export { findProject, type Project, type ProjectWish } from './setup/project.ts';
export { readTasks } from './setup/tasks.ts';
export { type TeamParts, teamOf, teamParts } from './setup/team.ts';
export type { Presenter } from './view/presenter.ts';
export { outliveReaders } from './view/presenter.ts';
export type { RunView, TaskView } from './view/run-view.ts';
