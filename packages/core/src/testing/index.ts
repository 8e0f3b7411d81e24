/**
 * The test kit: conformance rules for every plugin interface, a clock held in the hand, fakes.
 * Works with any test runner.
 *
 * @packageDocumentation
 */
export type { ConformanceRule } from './rule.ts';
