import type { Api } from "./api";
import type { Bench } from "./bench";
import { find } from "./dom";
import { listen } from "./live";
import { news } from "./news";
import type { WhoIsHere } from "./presence";
import type { LogEntry } from "./record";

/** How long the article is not read again, however much happens. */
const restTime = 1000;
const readAgainAfter = 5000;
/** How long it is told what somebody did. */
const toldFor = 8000;

/** Following keeps the bench up with what happens on the server. */
export class Following {
  readonly #bench: Bench;
  readonly #api: Api;
  readonly #here: WhoIsHere;
  readonly #heard = find<HTMLElement>("#heard");
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #again = false;

  constructor(bench: Bench, here: WhoIsHere) {
    this.#bench = bench;
    this.#here = here;
    this.#api = bench.parts.api;
  }

  /** Begins to listen, from the last change set that has been read. */
  start(): void {
    const { directory, editor } = this.#bench.parts;
    listen(() => this.#api.events(this.#bench.parts.editor.set.seq, this.#here.page), {
      change: (entry) => this.#change(entry),
      review: ({ claim, review_state, review }) => {
        directory.reviewed(review);
        editor.set.reviewed(claim, review_state);
        this.#bench.renamed.tell();
      },
      comment: (comment) => {
        directory.commented(comment);
        this.#bench.renamed.tell();
      },
      presences: (there) => this.#here.take(there),
      reset: () => void this.#readAgain(),
      open: () => {
        editor.queue.hurry();
        this.#here.again();
      },
    });
    this.#here.start();
  }

  #change(entry: LogEntry): void {
    const { codes, directory, editor } = this.#bench.parts;
    const own = editor.heard(entry);
    this.#bench.logged.tell(entry);
    this.#learnNames(entry);
    if (own || entry.author === directory.me.id) return;
    clearTimeout(this.#quiet);
    this.#heard.textContent = `${directory.person(entry.author)} ${news(entry, codes)}`;
    this.#quiet = setTimeout(() => (this.#heard.textContent = ""), toldFor);
  }

  /** Asks for the names of entities that are new here. */
  #learnNames({ operations }: LogEntry): void {
    const { directory } = this.#bench.parts;
    for (const { op, annotation } of operations) {
      const id = op !== "delete" && annotation ? annotation.entity : null;
      if (id === null || directory.entity(id)) continue;
      void this.#api.entity(id).then((entity) => {
        directory.know({ ...entity, id });
        this.#bench.renamed.tell();
      }).catch(() => undefined); // the text stands in for the name until the page is read again
    }
  }

  /** Reads the article again, now and then while there is reason to. */
  async #readAgain(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      try {
        const article = await this.#api.article();
        // What has been heard of meanwhile is not to be taken back.
        if (article.seq < this.#bench.parts.editor.set.seq) this.#again = true;
        else {
          this.#bench.parts.directory.take(article);
          this.#bench.parts.editor.set.reset(article);
          this.#bench.renamed.tell();
        }
        await new Promise((rested) => setTimeout(rested, restTime));
      } catch {
        this.#again = true;
        await new Promise((rested) => setTimeout(rested, readAgainAfter));
      }
    }
    this.#reading = false;
  }
}
