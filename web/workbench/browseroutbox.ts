import { type Change, type Draft, MemoryOutbox, type Outbox, type Place, type Unsent } from "./outbox";

/** Stored is what the browser's database holds of an unsent change set. */
export interface Stored extends Unsent, Place {
  readonly headline: string;
}

const database = "onrecord";
const store = "unsent";

/** The database, opened when it is first asked for and again when it was closed. */
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(database, 1);
    asked.onupgradeneeded = () => {
      const unsent = asked.result.createObjectStore(store, { keyPath: "n", autoIncrement: true });
      unsent.createIndex("user", "user");
      unsent.createIndex("place", ["user", "project", "article"]);
      unsent.createIndex("state", ["user", "project", "article", "state"]);
    };
    asked.onerror = () => reject(asked.error!);
    asked.onblocked = () => reject(new Error("the outbox is held open by an older page"));
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      asked.result.onclose = () => (opened = undefined);
      resolve(asked.result);
    };
  });
  // What failed once may succeed later.
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Runs work in a transaction, and resolves once that has been kept. */
async function transact<T>(mode: IDBTransactionMode, work: (unsent: IDBObjectStore) => Promise<T> | T): Promise<T> {
  // Strict: on the disk and not only on its way there.
  const transaction = (await open()).transaction(store, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const kept = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the outbox gave up"));
  });
  kept.catch(() => undefined); // work fails with it
  const result = await work(transaction.objectStore(store));
  await kept;
  return result;
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Everything of a user's that waits in this browser or is held back. */
export function unsentOf(user: string): Promise<Stored[]> {
  return transact("readonly", (unsent) => result(unsent.index("user").getAll(user) as IDBRequest<Stored[]>));
}

/** Throws away what is unsent at a place. */
export async function discard(place: Place): Promise<void> {
  await new BrowserOutbox(place, "").change((all) => ({ remove: all.map(({ id }) => id) }));
}

/** BrowserOutbox outlasts its page: it is in the browser's database. */
export class BrowserOutbox implements Outbox {
  readonly #place: Place;
  readonly #headline: string;
  readonly #key: string[];

  constructor({ user, project, article }: Place, headline: string) {
    this.#place = { user, project, article };
    this.#key = [user, project, article];
    this.#headline = headline;
  }

  list(): Promise<Unsent[]> {
    return transact("readonly", (unsent) => result(unsent.index("place").getAll(this.#key) as IDBRequest<Stored[]>));
  }

  first(): Promise<Unsent | undefined> {
    return transact("readonly", async (unsent) =>
      (await result(unsent.index("state").getAll([...this.#key, "waiting"], 1) as IDBRequest<Stored[]>))[0]);
  }

  add(drafts: readonly Draft[]): Promise<void> {
    return transact("readwrite", (unsent) => this.#add(unsent, drafts));
  }

  change(work: (all: readonly Unsent[]) => Change | undefined): Promise<boolean> {
    return transact("readwrite", async (unsent) => {
      const all = await result(unsent.index("place").getAll(this.#key) as IDBRequest<Stored[]>);
      const change = work(all);
      if (!change) return false;
      for (const { id, n } of all) if (change.remove?.includes(id)) unsent.delete(n);
      for (const changed of change.put ?? []) unsent.put(changed);
      this.#add(unsent, change.add ?? []);
      return true;
    });
  }

  #add(unsent: IDBObjectStore, drafts: readonly Draft[]): void {
    for (const draft of drafts) unsent.add({ ...draft, ...this.#place, headline: this.#headline, state: "waiting" });
  }
}

/**
 * SafeOutbox keeps change sets in the browser's database, and in memory those
 * that the database does not take: it may be full, or denied.
 */
export class SafeOutbox implements Outbox {
  readonly #kept: Outbox;
  readonly #spare = new MemoryOutbox();
  readonly #unkept: (unkept: boolean) => void;
  #spared = false;

  /** Unkept is told when work would be lost with the page, and when no longer. */
  constructor(kept: Outbox, unkept: (unkept: boolean) => void) {
    this.#kept = kept;
    this.#unkept = unkept;
  }

  async list(): Promise<Unsent[]> {
    const kept = await this.#kept.list().catch(() => []);
    return [...kept, ...(await this.#spare.list())];
  }

  async first(): Promise<Unsent | undefined> {
    return (await this.#kept.first().catch(() => undefined)) ?? this.#spare.first();
  }

  /** What comes after something in memory goes there too: the order counts. */
  async add(drafts: readonly Draft[]): Promise<void> {
    if (!this.#spared) {
      try {
        return await this.#kept.add(drafts);
      } catch {
        this.#mark(true);
      }
    }
    await this.#spare.add(drafts);
  }

  async change(work: (all: readonly Unsent[]) => Change | undefined): Promise<boolean> {
    return this.#spared ? this.#changeBoth(work) : this.#kept.change(work);
  }

  async #changeBoth(work: (all: readonly Unsent[]) => Change | undefined): Promise<boolean> {
    const spare = await this.#spare.list();
    let change: Change | undefined;
    const due = (kept: readonly Unsent[]) => {
      // Those in memory were made after all that are kept.
      const last = kept.at(-1)?.n ?? 0;
      change = work([...kept, ...spare.map((unsent) => ({ ...unsent, n: unsent.n + last }))]);
      return change;
    };
    const ids = new Set(spare.map(({ id }) => id));
    const numbers = new Map(spare.map(({ id, n }) => [id, n]));
    await this.#kept.change((kept) => {
      const { remove = [], put = [] } = due(kept) ?? {};
      return { remove, put: put.filter(({ id }) => !ids.has(id)) };
    }).catch(() => due([]));
    if (!change) return false;
    const { remove = [], put = [], add = [] } = change;
    await this.#spare.change(() => ({
      remove, add, put: put.filter(({ id }) => ids.has(id)).map((unsent) => ({ ...unsent, n: numbers.get(unsent.id)! })),
    }));
    if ((await this.#spare.list()).length === 0) this.#mark(false);
    return true;
  }

  #mark(spared: boolean): void {
    this.#spared = spared;
    this.#unkept(spared);
  }
}
