import { t } from "../language/_words";
import type { Clash, Problem, Reply } from "./reply";
import type { Place } from "./outbox";
import type { Answer, Article, ChangeSet, Entity, LogEntry, Operation, Presence } from "./record";

/** ProblemDetails is RFC 9457, as the server fills it in. */
interface ProblemDetails {
  readonly type?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly operation?: number; readonly field: string; readonly message: string }[];
  readonly conflicts?: readonly { readonly operation: number; readonly annotation: Clash["annotation"] | null; readonly link: Clash["link"] | null }[];
}

/** Failure is an answer of the server that a person has to know of. */
export class Failure extends Error {}

// A body this short may still be sent when the page is left.
const keepaliveLimit = 60_000;
const patience = 20_000; // milliseconds
/** How much of the log is read at a time. */
const entriesAtOnce = 200;

/** Sends a change set to its place, and says how it ended. It throws when nothing came back. */
export async function sendTo(place: Place, changeSet: ChangeSet): Promise<Reply> {
  const body = JSON.stringify(changeSet);
  const response = await fetch(`${addressOf(place)}/changes`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...as(place.user) },
    body,
    keepalive: body.length < keepaliveLimit,
    signal: AbortSignal.timeout(patience),
  });
  if (response.ok) return { outcome: "taken", answer: (await response.json()) as Answer };
  return replyOf(response.status, await problem(response));
}

/** The header by which the server takes a request only from that user: another may have signed in meanwhile. */
function as(user: string): Record<string, string> {
  return { "Onrecord-User": user };
}

function projectAddress(project: string): string {
  return `/api/v1/projects/${encodeURIComponent(project)}`;
}

function addressOf({ project, article }: Place): string {
  return `${projectAddress(project)}/articles/${article}`;
}

/** Api is what the workbench asks of the server. */
export class Api {
  readonly #user: string;
  readonly #project: string;
  readonly #article: string;
  readonly #set: string;

  /** Set is whose annotations are read, empty for those that one works on. */
  constructor(place: Place, set: string) {
    this.#set = set;
    this.#user = place.user;
    this.#project = projectAddress(place.project);
    this.#article = addressOf(place);
  }

  article(): Promise<Article> {
    return ask<Article>(this.#set ? `${this.#article}?set=${this.#set}` : this.#article);
  }

  /** Entries of the log before a number, the newest first. */
  async log(before: number): Promise<LogEntry[]> {
    return (await ask<{ items: LogEntry[] }>(`${this.#article}/changes?before=${before}&limit=${entriesAtOnce}${this.#ofSet}`)).items;
  }

  /** What would bring the article back to what it was after the change set of a number. */
  async restoration(seq: number): Promise<Operation[]> {
    return (await ask<{ operations: Operation[] }>(`${this.#article}/restoration?seq=${seq}${this.#ofSet}`)).operations;
  }

  /** The address of the live events after a change set's number, for a page that others are to see. */
  events(after: number, page: string): string {
    return `${this.#article}/events?after=${after}&page=${page}${this.#ofSet}`;
  }

  get #ofSet(): string {
    return this.#set && `&set=${this.#set}`;
  }

  /** Tells where this page's reader looks. */
  async look(place: Pick<Presence, "page" | "annotation" | "start">): Promise<void> {
    await fetch(`${this.#article}/presences`, { ...this.#sending("POST", place), signal: AbortSignal.timeout(patience) });
  }

  /** Entities whose names are like query, the likeliest first. */
  async entities(query: string, types: readonly string[], signal: AbortSignal): Promise<Entity[]> {
    const parameters = new URLSearchParams({ q: query, limit: "8" });
    for (const type of types) parameters.append("type", type);
    return (await ask<{ items: Entity[] }>(`${this.#project}/entities?${parameters}`, { signal })).items;
  }

  entity(id: string): Promise<Entity> {
    return ask<Entity>(`${this.#project}/entities/${id}`);
  }

  addEntity(type: string, name: string): Promise<Entity> {
    return ask<Entity>(`${this.#project}/entities`, this.#sending("POST", { type, name }));
  }

  /** Makes name another spelling of the entity's. */
  addSpelling(entity: Entity, name: string): Promise<Entity> {
    const names = [...entity.names, { name, type: "spelling" }];
    return ask<Entity>(`${this.#project}/entities/${entity.id}`, this.#sending("PATCH", { names }));
  }

  #sending(method: string, body: unknown): RequestInit {
    return { method, headers: { "Content-Type": "application/json", ...as(this.#user) }, body: JSON.stringify(body) };
  }
}

async function ask<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patience), ...init });
  if (response.ok) return (await response.json()) as T;
  const { detail, errors } = await problem(response);
  throw new Failure(errors?.[0]?.message ?? detail ?? t("The server answered %s.", String(response.status)));
}

async function problem(response: Response): Promise<ProblemDetails> {
  return response.json().catch(() => ({})) as Promise<ProblemDetails>;
}

function replyOf(status: number, { type, detail, errors, conflicts }: ProblemDetails): Reply {
  if (status === 401) return { outcome: "unreachable", trouble: type?.endsWith(":somebody-else") ? "somebody else" : "signed out" };
  if (status === 408 || status === 429 || status >= 500) return { outcome: "unreachable", trouble: "offline" };
  if (status === 409 && conflicts) {
    return {
      outcome: "conflict",
      clashes: conflicts.map(({ operation, annotation, link }) => ({ operation, ...(annotation && { annotation }), ...(link && { link }) })),
    };
  }
  const problems = (errors ?? []).map(({ operation, field, message }): Problem => ({ operation: operation ?? 0, field, message }));
  return { outcome: "refused", message: detail ?? t("The server answered %s.", String(status)), problems };
}
