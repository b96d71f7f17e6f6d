/** The cache's file seen from outside: whose it is, where it lies, and how one is put in its place. */
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bytesAt, makeFolder } from '../files.ts';
import { sum } from '../sum.ts';

/** Marks our databases: "ndex", at the place that SQLite keeps for it in a file's head. */
export const APPLICATION_ID = 0x6e646578;
const APPLICATION_ID_AT = 68;

const ASIDE = '.corrupt-';

export function cacheFile(folder: string): string {
  return join(folder, 'neurodex.sqlite');
}

/**
 * As Linux numbers them: NFS, SMB (3), 9p, AFS (2), Coda, Ceph, Lustre, GPFS, BeeGFS, GFS2, OCFS2, FUSE (sshfs and
 * others), VirtualBox.
 */
const NETWORK_DISKS: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x5346414f, 0x6b414653, 0x73757245, 0x00c36400, 0x0bd00bd0,
  0x47504653, 0x19830326, 0x01161970, 0x7461636f, 0x65735546, 0x786f4256,
]);

/** A write-ahead log needs memory that all of its users share: several machines on one disk would break the file. */
export function isNetworkDisk(type: number): boolean {
  // Some systems give it with a sign.
  return NETWORK_DISKS.has(type >>> 0);
}

/** SQLite grants a log whose shared memory it cannot write to, and then refuses every write. */
export function canHaveLog(file: string): boolean {
  const memory = `${file}-shm`;
  try {
    if (statSync(memory, { throwIfNoEntry: false })?.isFile() === false) return false;
    if (existsSync(memory)) accessSync(memory, constants.W_OK);
    return !isNetworkDisk(statfsSync(dirname(file)).type);
  } catch {
    return false;
  }
}

/** @throws an Error whose message says why the folder cannot be used */
export function requireFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    const what = isFile ? 'a file stands where the folder must be' : `the folder cannot be made (${code})`;
    throw new Error(`--cache ${folder}: ${what}`, { cause });
  }
}

/**
 * A file whose head was damaged cannot be told from another program's.
 * @throws an Error if the file is not known to be ours: not a byte of it is changed
 */
export function requireOurs(file: string): void {
  const found = statSync(file);
  const isSo =
    found.isFile() && (found.size === 0 || bytesAt(file, APPLICATION_ID_AT, 4).readUInt32BE() === APPLICATION_ID);
  if (!isSo) throw new Error(`${file} is not a database of neurodex; move it away, or name another folder by --cache`);
}

/** Tells a file from another that took its name. */
export function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Where less is left SQLite cannot even open a file: its users' shared memory takes 32 KB. */
const LEAST_ROOM = 2 ** 16;

export function isDiskFull(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < LEAST_ROOM;
}

/** What it takes with its log, in which the last that was written may still stand; null if there is no such file. */
export function bytesOf(file: string): number | null {
  const [size, logSize] = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size);
  return size === undefined ? null : size + (logSize ?? 0);
}

/** Takes it from the disk as it is, which needs no room. */
export function discard(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

export interface SetAside {
  /** Names of files. */
  files: string[];
  bytes: number;
}

/** What was set aside of a file as damaged. */
export function setAsideOf(file: string): SetAside {
  const folder = dirname(file);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter((name) => name.startsWith(`${basename(file)}${ASIDE}`)).sort();
  return { files, bytes: sum(files.map((name) => statSync(join(folder, name)).size)) };
}

/** Puts a file that was made elsewhere in its place, unless another process was faster. */
export function place(fresh: string, file: string): void {
  try {
    linkSync(fresh, file);
  } catch {
    // Some disks have no links.
    if (!existsSync(file)) renameSync(fresh, file);
  }
}

/**
 * Sets a damaged file and what belongs to it aside and puts a fresh one in its place.
 * @param inode of the damaged one: another process may have done this already
 * @param time as in 20261121T143000Z
 * @returns its name from now on; null if it is no longer there
 */
export function replace(file: string, fresh: string, inode: bigint | undefined, time: string): string | null {
  if (inode === undefined || inodeOf(file) !== inode) return null;
  const claim = `${file}.damaged-${inode}`;
  if (!isClaimed(file, claim)) return null;
  if (inodeOf(claim) !== inode) {
    // Since it was looked at, another process has put a fresh one there.
    unlinkSync(claim);
    return null;
  }
  let aside = `${file}${ASIDE}${time}`;
  for (let n = 2; existsSync(aside); n++) aside = `${file}${ASIDE}${time}-${n}`;
  // Before a fresh one is there: it must never meet the log of the old one, which would be written into it.
  for (const suffix of ['-shm', '-wal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  // In one step: were there none for a moment, a process that is just opening it would make one that is not marked.
  renameSync(fresh, file);
  renameSync(claim, aside);
  return aside;
}

/** Gives a file a second name (its only one where the disk has no links); false if another process has done so. */
function isClaimed(file: string, claim: string): boolean {
  try {
    linkSync(file, claim);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    renameSync(file, claim);
  }
  return true;
}
