/** What a level of the cache must be able to do, whatever keeps it: keyv, and what keyv does not have. */

/** An entry as it is kept: its value is JSON text. */
export interface StoredEntry {
  key: string;
  text: string;
}

export interface ListedEntry {
  key: string;
  /** Of the value as it is kept. */
  bytes: number;
  /** When it was written, in ms since 1970, by the clock of the machine that wrote it. */
  writtenMs: number;
}

/** Calls reject where the store fails: its user counts that and does without. */
export interface Store {
  /** For messages: a file, or a server without its password. */
  readonly name: string;
  /** One for each key, in their order; undefined is a miss. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** All of the entries or none. */
  setMany(entries: readonly StoredEntry[]): Promise<void>;
  /** The entries whose keys begin with a text, by key; all for ''. */
  list(prefix: string): Promise<ListedEntry[]>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Gives the room of what was deleted back to the disk. */
  shrink(): Promise<void>;
  close(): Promise<void>;
}
