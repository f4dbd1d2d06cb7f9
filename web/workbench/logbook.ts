import type { LogEntry } from "./record";

/** Logbook is the log of an article, read as far back as it has been asked for. */
export class Logbook {
  /** The number of the newest change set. */
  newest: number;
  /** The number before the first change set, as far as that is known. */
  base = 0;
  readonly #read: (before: number) => Promise<readonly LogEntry[]>;
  readonly #entries = new Map<number, LogEntry>();
  /** The number from which on all has been read. */
  #from: number;

  /** A log that read reads: some entries before a number, the newest first, and none where there are none. */
  constructor(newest: number, read: (before: number) => Promise<readonly LogEntry[]>) {
    this.newest = newest;
    this.#from = newest + 1;
    this.#read = read;
  }

  /** Reads back to the entry of a number, or to the first there is. */
  async reach(seq: number): Promise<void> {
    while (this.#from > Math.max(seq, this.base + 1)) {
      const entries = await this.#read(this.#from);
      for (const entry of entries) this.#entries.set(entry.seq, entry);
      const last = entries.at(-1);
      if (!last) this.base = this.#from - 1;
      else this.#from = last.seq;
    }
  }

  /** An entry that has been reached. */
  entry(seq: number): LogEntry | undefined {
    return this.#entries.get(seq);
  }

  /** Takes an entry that has just been made. */
  take(entry: LogEntry): void {
    if (entry.seq !== this.newest + 1) return;
    this.#entries.set(entry.seq, entry);
    this.newest = entry.seq;
  }
}
