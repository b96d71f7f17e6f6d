/** What a test needs of the machine: without it a test is skipped and says why, or fails where all is required. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'vitest';

/** CI sets this: there nothing may be skipped. */
export const REQUIRE_ALL = process.env.NEURODEX_REQUIRE_ALL === '1';

/** `test` where the need is met; else a test that is skipped, its title naming what is missing. */
export function testIf(isMet: boolean, need: string): typeof test {
  if (isMet || REQUIRE_ALL) return test;
  return ((title: string) => test.skip(`${title} (absent here: ${need})`, () => undefined)) as unknown as typeof test;
}

export const SHARED_DATA = resolve(import.meta.dirname, '../../../shared/data');

export const testWithData: typeof test = testIf(existsSync(SHARED_DATA), 'the datasets of ../shared/data');

/** Linux lets a process have mounts of its own: a small disk that fills up. */
export const testWithMounts: typeof test = testIf(canMount(), 'unshare -rm with tmpfs');

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
