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

const LOST = 'what it cannot give is asked for again, and what it cannot take is not kept';

/** What may be the matter with a store: what that means for a run, and what to do about it. */
const TROUBLES = {
  away: { so: LOST, remedy: 'start it, then run again' },
  full: { so: 'what it cannot take is not kept: free space for it', remedy: 'free space, then run again' },
  locked: { so: LOST, remedy: 'run again when the other one is done' },
  damaged: { so: LOST, remedy: 'run again' },
  /** One entry; all the others can be read. */
  entry: { so: 'it is asked for again', remedy: 'run again' },
  removed: { so: 'nothing of this run is kept', remedy: 'run again' },
  other: { so: LOST, remedy: 'run again' },
} as const;

export type Trouble = keyof typeof TROUBLES;

/** A store that could not do what it was told. Its message begins with the store's name and goes on with a verb. */
export class StoreFault extends Error {
  override name = 'StoreFault';
  readonly trouble: Trouble;
  constructor(message: string, trouble: Trouble, cause?: unknown) {
    super(message, { cause });
    this.trouble = trouble;
  }

  /** What it means for a run that goes on. */
  get so(): string {
    return TROUBLES[this.trouble].so;
  }

  /** What must be done where a command cannot go on without. */
  get remedy(): string {
    return TROUBLES[this.trouble].remedy;
  }
}

/** Calls reject where the store fails, with a StoreFault: its user counts that and does without. */
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
