import { t } from "../language/_words";
import type { Clash, Problem, Reply } from "./queue";
import type { Answer, Article, ChangeSet, Entity } from "./record";

/** ProblemDetails is RFC 9457, as the server fills it in. */
interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly { readonly operation?: number; readonly field: string; readonly message: string }[];
  readonly conflicts?: readonly { readonly operation: number; readonly annotation: Clash["annotation"] | null; readonly link: Clash["link"] | null }[];
}

/** Failure is an answer of the server that a person has to know of. */
export class Failure extends Error {}

// A body this short may still be sent when the page is left.
const keepaliveLimit = 60_000;
const patience = 20_000; // milliseconds

/** Api is what the workbench asks of the server. */
export class Api {
  readonly #project: string;
  readonly #article: string;

  constructor(project: string, article: string) {
    this.#project = `/api/v1/projects/${encodeURIComponent(project)}`;
    this.#article = `${this.#project}/articles/${article}`;
  }

  article(): Promise<Article> {
    return ask<Article>(this.#article);
  }

  /** The address of the live events after a change set's number. */
  events(after: number): string {
    return `${this.#article}/events?after=${after}`;
  }

  /** Sends a change set, and says how it ended. It throws when nothing came back. */
  async send(changeSet: ChangeSet): Promise<Reply> {
    const body = JSON.stringify(changeSet);
    const response = await fetch(`${this.#article}/changes`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      keepalive: body.length < keepaliveLimit,
      signal: AbortSignal.timeout(patience),
    });
    if (response.ok) return { outcome: "taken", answer: (await response.json()) as Answer };
    return replyOf(response.status, await problem(response));
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
    return ask<Entity>(`${this.#project}/entities`, sending("POST", { type, name }));
  }

  /** Makes name another spelling of the entity's. */
  addSpelling(entity: Entity, name: string): Promise<Entity> {
    const names = [...entity.names, { name, type: "spelling" }];
    return ask<Entity>(`${this.#project}/entities/${entity.id}`, sending("PATCH", { names }));
  }
}

function sending(method: string, body: unknown): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
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

function replyOf(status: number, { detail, errors, conflicts }: ProblemDetails): Reply {
  if (status === 401) return { outcome: "unreachable", signedOut: true };
  if (status === 408 || status === 429 || status >= 500) return { outcome: "unreachable" };
  if (status === 409 && conflicts) {
    return {
      outcome: "conflict",
      clashes: conflicts.map(({ operation, annotation, link }) => ({ operation, ...(annotation && { annotation }), ...(link && { link }) })),
    };
  }
  const problems = (errors ?? []).map(({ operation, field, message }): Problem => ({ operation: operation ?? 0, field, message }));
  return { outcome: "refused", message: detail ?? t("The server answered %s.", String(status)), problems };
}
