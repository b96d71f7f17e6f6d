/** What befalls the questions to a neuPrint, on one server for all. */
import { describe } from 'vitest';
import { describeNeuprintFaults } from './faulted.ts';
import { passing } from './passing.ts';
import { refusals } from './refusals.ts';
import { runs } from './runs.ts';

await describeNeuprintFaults('a neuPrint', (faulted) => {
  describe('that fails now and then', () => passing(faulted));
  describe('that refuses', () => refusals(faulted));
  describe('that is asked by a run', () => runs(faulted));
});
