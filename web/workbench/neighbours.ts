import type { Place } from "./outbox";
import type { News } from "./queue";

/** Message is news of the outbox of a place. */
interface Message extends Place {
  readonly news: News;
}

/**
 * Neighbours are the other pages of this browser. They hear what one does to
 * an outbox, and only one of them sends from it at a time.
 */
export class Neighbours {
  readonly #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("onrecord-unsent") : undefined;

  /** Calls heard with what another page tells. */
  listen(heard: (place: Place, news: News) => void): void {
    this.#channel?.addEventListener("message", ({ data: { news, ...place } }: MessageEvent<Message>) => heard(place, news));
  }

  tell({ user, project, article }: Place, news: News): void {
    this.#channel?.postMessage({ user, project, article, news } satisfies Message);
  }

  /** Does work while no other page does its own for the same place. */
  async alone<T>({ user, project, article }: Place, work: () => Promise<T>): Promise<T> {
    // Over plain http there are no locks. Two pages then send the same change
    // set, which the server takes once.
    if (!("locks" in navigator)) return work();
    return (await navigator.locks.request(`onrecord ${user} ${project} ${article}`, work)) as T;
  }
}

/** Whether a and b are the same place. */
export function samePlace(a: Place, b: Place): boolean {
  return a.user === b.user && a.project === b.project && a.article === b.article;
}
