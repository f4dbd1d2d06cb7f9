import type { Comment, LogEntry, Presence, Review, ReviewState } from "./record";

/** Happenings is what the server tells of as it happens. */
export interface Happenings {
  change(entry: LogEntry): void;
  review(event: { claim: string; review_state: ReviewState; review: Review }): void;
  comment(comment: Comment): void;
  /** Who is there, this page's reader among them. */
  presences(there: readonly Presence[]): void;
  /** More happened than is told: read the article again. */
  reset(): void;
  /** The server can be reached again. */
  open(): void;
}

const firstPause = 1000;
const longestPause = 30_000;
// A browser opens no more than six connections to a server: pages that nobody
// looks at give theirs back.
const hiddenFor = 60_000;

/** Listens to what happens, for as long as the page is open. */
export function listen(address: () => string, happenings: Happenings): void {
  let source: EventSource | undefined;
  let pause = firstPause;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = connect(address(), happenings);
    source.addEventListener("open", () => {
      pause = firstPause;
      happenings.open();
    });
    // The browser connects again by itself, unless the server refused.
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, longestPause);
    });
  };
  const leave = () => {
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(leave, hiddenFor);
    else if (!source || source.readyState === EventSource.CLOSED) open();
  });
  // A page kept for going back to would keep its connection, too.
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) open();
  });
  window.addEventListener("online", () => {
    if (source?.readyState === EventSource.CLOSED) open();
  });
  open();
}

function connect(address: string, happenings: Happenings): EventSource {
  const source = new EventSource(address);
  const on = <T>(name: string, take: (data: T) => void) =>
    source.addEventListener(name, (event: MessageEvent<string>) => take(JSON.parse(event.data) as T));
  on("change", happenings.change.bind(happenings));
  on("review", happenings.review.bind(happenings));
  on("comment", happenings.comment.bind(happenings));
  on("presences", happenings.presences.bind(happenings));
  on("reset", () => happenings.reset());
  return source;
}
