import { t } from "../language/_words";
import type { Article, Comment, Entity, Person, Review } from "./record";
import { folded } from "./similar";

/** Directory knows the names of entities and people, and what was said of claims. */
export class Directory {
  readonly me: Person;
  readonly #entities = new Map<string, Entity>();
  readonly #people = new Map<string, Person>();
  readonly #comments = new Map<string, Set<string>>();
  readonly #reviews = new Map<string, Review>(); // the last of each claim

  constructor(me: Person, members: readonly Person[]) {
    this.me = me;
    for (const person of [...members, me]) this.#people.set(person.id, person);
  }

  take({ entities, people, reviews, comments }: Pick<Article, "entities" | "people" | "reviews" | "comments">): void {
    for (const entity of entities) this.#entities.set(entity.id, entity);
    for (const person of people) this.#people.set(person.id, person);
    for (const review of reviews) this.reviewed(review);
    for (const comment of comments) this.commented(comment);
  }

  know(entity: Entity): void {
    this.#entities.set(entity.id, entity);
  }

  reviewed(review: Review): void {
    const last = this.#reviews.get(review.claim);
    if (!last || last.id < review.id) this.#reviews.set(review.claim, review);
  }

  commented({ id, claim }: Comment): void {
    const ids = this.#comments.get(claim);
    if (ids) ids.add(id);
    else this.#comments.set(claim, new Set([id]));
  }

  entity(id: string | null): Entity | undefined {
    return id === null ? undefined : this.#entities.get(id);
  }

  /** The entities that are called name, which is folded as in "similar". */
  named(name: string): Entity[] {
    return [...this.#entities.values()].filter((entity) => [entity.name, ...entity.names.map((n) => n.name)].some((n) => folded(n) === name));
  }

  /** The name of a person, who may be oneself or somebody not known here. */
  person(id: string | undefined): string {
    if (id === this.me.id) return t("You");
    return (id !== undefined && this.#people.get(id)?.name) || t("Somebody");
  }

  review(claim: string): Review | undefined {
    return this.#reviews.get(claim);
  }

  comments(claim: string): number {
    return this.#comments.get(claim)?.size ?? 0;
  }
}
