import { sendTo } from "./api";
import type { Neighbours } from "./neighbours";
import type { Outbox, Place } from "./outbox";
import type { Wiring } from "./queue";

/** What a queue needs of this browser and of the server to send from the outbox of a place. */
export function saving(place: Place, outbox: Outbox, neighbours: Neighbours): Pick<Wiring, "outbox" | "send" | "alone" | "tell" | "pause"> {
  return {
    outbox,
    send: (changeSet) => sendTo(place, changeSet),
    alone: (work) => neighbours.alone(place, work),
    tell: (news) => neighbours.tell(place, news),
    pause,
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((wake) => {
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      wake();
    });
  });
}
