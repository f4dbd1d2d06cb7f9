import assert from "node:assert/strict";
import { test } from "node:test";
import { Editor } from "./editor";
import { sameContent } from "./history";
import { deletion, idOf } from "./operations";
import { type Held, MemoryOutbox, type Outbox } from "./outbox";
import type { Reply } from "./reply";
import type { Annotation, ChangeSet, Link, LogEntry, Operation } from "./record";

/**
 * Door keeps annotations by the rules of the server's one door, as far as
 * these tests go: versions, conflicts, replays, links deleted with their ends.
 */
class Door {
  seq = 0;
  readonly log: LogEntry[] = [];
  readonly things = new Map<string, { now: Annotation | Link; edited: number; deleted: boolean }>();
  /** How many of the next answers get lost on their way. */
  lost = 0;

  take({ id, operations }: ChangeSet, author: string): Reply {
    const was = this.log.find((entry) => entry.id === id);
    if (was) return this.#answer(was, true);
    const clashes = operations.flatMap((operation, i) => {
      const thing = this.things.get(idOf(operation));
      const live = thing && !thing.deleted;
      const named = (operation.annotation ?? operation.link)!.version;
      if (!live) return named !== 0 || operation.op === "delete" ? [{ operation: i }] : [];
      const current = thing.now.version;
      const exact = operation.op === "delete" || operation.link;
      if (named <= current && named >= (exact ? current : thing.edited)) return [];
      return ["kind" in thing.now ? { operation: i, annotation: thing.now } : { operation: i, link: thing.now }];
    });
    if (clashes.length > 0) return { outcome: "conflict", clashes };
    const done = [...operations, ...this.#cascade(operations)].map((operation) => this.#apply(operation, author));
    const entry: LogEntry = { seq: ++this.seq, id, author, created_at: "", codebook: 1, operations: done, inverse: [] };
    this.log.push(entry);
    return this.#answer(entry, false);
  }

  /** What there is, as a page that opens reads it. */
  article(): { seq: number; annotations: Annotation[]; links: Link[] } {
    const all = [...this.things.values()].filter(({ deleted }) => !deleted).map(({ now }) => now);
    return { seq: this.seq, annotations: all.filter((now) => "kind" in now), links: all.filter((now) => "role" in now) };
  }

  #cascade(operations: readonly Operation[]): Operation[] {
    const gone = new Set(operations.filter((o) => o.op === "delete" && o.annotation).map(idOf));
    return [...this.things.values()].flatMap(({ now, deleted }): Operation[] =>
      !deleted && "role" in now && (gone.has(now.from) || gone.has(now.to)) && !operations.some((o) => idOf(o) === now.id)
        ? [{ op: "delete", link: { id: now.id, version: now.version } }] : []);
  }

  #apply(operation: Operation, author: string): Operation {
    const id = idOf(operation);
    const version = (this.things.get(id)?.now.version ?? 0) + 1;
    if (operation.op === "delete") {
      this.things.set(id, { now: { ...this.things.get(id)!.now, version }, edited: version, deleted: true });
      return deletion(operation, version);
    }
    const now = { ...(operation.annotation ?? operation.link), version, updated_by: author };
    this.things.set(id, { now, edited: version, deleted: false });
    return "kind" in now ? { op: "put", annotation: now } : { op: "put", link: now };
  }

  #answer({ seq, operations, inverse }: LogEntry, replayed: boolean): Reply {
    const deleted = { annotations: [] as string[], links: [] as string[] };
    for (const o of operations) if (o.op === "delete") (o.annotation ? deleted.annotations : deleted.links).push(idOf(o));
    return {
      outcome: "taken",
      answer: {
        seq, replayed, inverse, deleted,
        annotations: operations.flatMap((o) => (o.op !== "delete" && o.annotation ? [o.annotation] : [])),
        links: operations.flatMap((o) => (o.op !== "delete" && o.link ? [o.link] : [])),
      },
    };
  }
}

function open(door = new Door(), name = "me", outbox: Outbox = new MemoryOutbox()) {
  const held: Held[] = [];
  const page = { stopped: false };
  const editor: Editor = new Editor({
    outbox,
    alone: (work) => work(),
    tell: () => {},
    decided: () => {},
    send: async (changeSet) => {
      const reply = door.take(changeSet, name);
      await Promise.resolve();
      if (door.lost > 0) {
        door.lost--;
        return { outcome: "unreachable", trouble: "offline" };
      }
      return reply;
    },
    pause: () => (page.stopped ? new Promise(() => {}) : new Promise((resolve) => setTimeout(resolve))),
    state: () => {},
    held: (h) => held.push(h),
  });
  let heard = 0;
  const listen = () => {
    for (; heard < door.log.length; heard++) editor.heard(door.log[heard]!);
  };
  const settled = async () => {
    while (editor.queue.length > 0) await new Promise((resolve) => setTimeout(resolve));
  };
  return { door, editor, held, listen, settled, outbox, page };
}

/** Closes a page that would go on trying. */
function stop({ page }: ReturnType<typeof open>): void {
  page.stopped = true;
}

const claim = (id: string, more: Partial<Annotation> = {}): Annotation =>
  ({ id, version: 0, kind: "claim", fragments: [{ start: 0, end: 4 }], attributes: {}, entity: null, ...more });
const put = (annotation: Annotation): Operation => ({ op: "put", annotation });
const linked = (id: string, from: string, to: string): Operation =>
  ({ op: "put", link: { id, version: 0, from, to, role: "speaker", attributes: {} } });
const remove = (id: string): Operation => ({ op: "delete", annotation: { id, version: 0 } });

test("a tag is there before it is saved, and undone and redone after", async () => {
  const { door, editor, settled } = open();
  editor.do("tag claim", [put(claim("a"))]);
  assert.ok(editor.set.annotation("a"));
  await settled();
  editor.step("undo");
  assert.equal(editor.set.annotation("a"), undefined);
  await settled();
  assert.equal(door.things.get("a")?.deleted, true);
  assert.equal(editor.history.canUndo, false);
  editor.step("redo");
  await settled();
  assert.equal(door.things.get("a")?.deleted, false);
  assert.ok(sameContent(editor.set.annotation("a"), claim("a")));
});

test("undoing works before anything is saved", async () => {
  const { door, editor, settled } = open();
  editor.do("tag claim", [put(claim("a"))]);
  editor.do("change claim", [put(claim("a", { entity: "e" }))]);
  editor.step("undo");
  editor.step("undo");
  editor.step("redo");
  assert.equal(editor.set.annotation("a")?.entity, null);
  await settled();
  assert.equal((door.things.get("a")?.now as Annotation).entity, null);
});

test("undoing a deletion brings the links back", async () => {
  const { door, editor, settled } = open();
  editor.do("tag", [put(claim("a")), put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  editor.do("delete speaker", [remove("s")]);
  await settled();
  assert.deepEqual(editor.set.linksOf("a"), []);
  editor.step("undo");
  await settled();
  assert.equal(editor.set.linksOf("a").length, 1);
  assert.equal(door.things.get("l")?.deleted, false);
});

test("a lost answer is asked for again and nothing is done twice", async () => {
  const { door, editor, settled } = open();
  door.lost = 3;
  editor.do("tag claim", [put(claim("a"))]);
  editor.do("change claim", [put(claim("a", { entity: "e" }))]);
  await settled();
  assert.equal(door.seq, 2);
  assert.equal(editor.set.annotation("a")?.version, 2);
});

test("undo goes on from what another did elsewhere to the same annotation's links", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  me.editor.do("code claim", [put(claim("a", { attributes: { quotation: "direct" } }))]);
  await me.settled();
  ben.listen();
  ben.editor.do("tag speaker", [put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  await ben.settled();
  me.listen();
  me.editor.step("undo");
  await me.settled();
  assert.deepEqual([me.editor.set.annotation("a")?.attributes, me.held.length], [{}, 0]);
  assert.equal(me.editor.set.linksOf("a").length, 1);
});

test("undo refuses when another has changed the thing since, and says who", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("change claim", [put(claim("a", { entity: "e" }))]);
  await ben.settled();
  me.listen();
  const obstacle = me.editor.step("undo");
  assert.equal(obstacle && "by" in obstacle && obstacle.by, "ben");
  assert.equal(me.editor.set.annotation("a")?.entity, "e");
  assert.equal(me.editor.queue.length, 0);
});

test("undoing a tag refuses when another has linked it since", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("link", [put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  await ben.settled();
  me.listen();
  const obstacle = me.editor.step("undo");
  assert.equal(obstacle && "by" in obstacle && obstacle.by, "ben");
  assert.ok(me.editor.set.annotation("a"));
});

test("a conflict shows theirs and keeps mine, to be done after all", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("change claim", [put(claim("a", { entity: "theirs" }))]);
  await ben.settled();
  me.editor.do("change claim", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("tag cue", [put(claim("c", { kind: "cue" }))]);
  await me.settled();
  assert.equal(me.held.length, 1);
  assert.equal(me.editor.set.annotation("a")?.entity, "theirs");
  assert.ok(me.editor.set.annotation("c"), "what does not build on it goes on");
  assert.equal(me.held[0]!.changeSet.words, "change claim");
  await me.editor.settle(me.held[0]!, () => "mine");
  await me.settled();
  assert.equal((door.things.get("a")?.now as Annotation).entity, "mine");
  assert.equal(me.held.length, 1);
});

test("mine can be kept though they deleted it", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("delete claim", [remove("a")]);
  await ben.settled();
  me.editor.do("change claim", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("change claim again", [put(claim("a", { entity: "mine too" }))]);
  await me.settled();
  assert.equal(me.editor.set.annotation("a"), undefined);
  await me.editor.settle(me.held[0]!, () => "mine");
  await me.settled();
  assert.equal((door.things.get("a")?.now as Annotation).entity, "mine too");
});

test("keeping mine keeps what they changed beside it", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a", { attributes: { time: "today", quotation: "direct" } }))]);
  await me.settled();
  ben.listen();
  ben.editor.do("code", [put(claim("a", { fragments: [{ start: 0, end: 9 }], attributes: { quotation: "mixed", modality: "future" } }))]);
  await ben.settled();
  me.editor.do("code", [put(claim("a", { attributes: { time: "today", quotation: "indirect" } }))]);
  me.editor.do("choose entity", [put(claim("a", { entity: "e", attributes: { time: "today", quotation: "indirect" } }))]);
  await me.settled();
  await me.editor.settle(me.held[0]!, () => "mine");
  const kept = me.editor.set.annotation("a")!;
  await me.settled();
  assert.deepEqual([kept.entity, kept.fragments, kept.attributes], ["e", [{ start: 0, end: 9 }], { quotation: "indirect", modality: "future" }]);
  assert.equal(door.seq, 4, "each of mine is a change set again");
});

test("keeping theirs gives up no more than what clashed", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("change claim", [put(claim("a", { entity: "theirs" }))]);
  await ben.settled();
  me.editor.do("change claim", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("tag speaker", [put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  await me.settled();
  await me.editor.settle(me.held[0]!, () => "theirs");
  await me.settled();
  assert.equal(me.editor.set.annotation("a")?.entity, "theirs");
  assert.equal(me.editor.set.linksOf("a").length, 1);
  assert.equal(door.things.get("l")?.deleted, false);
  assert.equal(me.held.length, 1);
});

test("keeping their deletion keeps what I linked with it, unlinked", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("delete claim", [remove("a")]);
  await ben.settled();
  me.editor.do("change claim", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("tag speaker", [put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  await me.settled();
  await me.editor.settle(me.held[0]!, () => "theirs");
  await me.settled();
  assert.equal(me.editor.set.annotation("a"), undefined);
  assert.equal(door.things.get("s")?.deleted, false);
  assert.equal(door.things.has("l"), false);
  assert.equal(me.held.length, 1);
});

test("who did the same is asked nothing", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("change claim", [put(claim("a", { entity: "e" }))]);
  await ben.settled();
  me.editor.do("change claim", [put(claim("a", { entity: "e" }))]);
  me.editor.do("tag speaker", [put(claim("s", { kind: "speaker" })), linked("l", "a", "s")]);
  await me.settled();
  assert.deepEqual(me.held, []);
  assert.equal(me.editor.set.linksOf("a").length, 1);
});

test("two deletions of the same thing end in peace", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("delete claim", [remove("a")]);
  await ben.settled();
  me.editor.do("delete claim", [remove("a")]);
  me.editor.do("tag cue", [put(claim("c", { kind: "cue" }))]);
  await me.settled();
  assert.deepEqual([me.held, me.editor.set.annotation("a")], [[], undefined]);
  assert.ok(me.editor.set.annotation("c"));
});

test("what another did comes in while mine waits, and both are there in the end", async () => {
  const door = new Door();
  const me = open(door);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  ben.editor.do("tag claim", [put(claim("b"))]);
  me.editor.do("tag cue", [put(claim("c", { kind: "cue" }))]);
  await Promise.all([me.settled(), ben.settled()]);
  me.listen();
  ben.listen();
  const ids = (e: Editor) => [...e.set.annotations()].map(({ id }) => id).sort();
  assert.deepEqual([ids(me.editor), ids(ben.editor)], [["a", "b", "c"], ["a", "b", "c"]]);
});

test("what was not sent is there after a reload, and sent with the versions that were seen then", async () => {
  const door = new Door();
  const outbox = new MemoryOutbox();
  const me = open(door, "me", outbox);
  const ben = open(door, "ben");
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  // Offline from here: what is made only gets as far as the outbox.
  const made: ChangeSet[] = [];
  const offline = open({ take: (changeSet: ChangeSet) => (made.push(changeSet), { outcome: "unreachable", trouble: "offline" }), lost: 0 } as unknown as Door, "me", outbox);
  offline.editor.set.reset(door.article());
  offline.editor.do("change claim", [put(claim("a", { entity: "mine" }))]);
  offline.editor.do("tag cue", [put(claim("c", { kind: "cue" }))]);
  while (made.length === 0 || offline.editor.queue.unwritten > 0) await new Promise((resolve) => setTimeout(resolve));
  ben.editor.set.reset(door.article());
  ben.editor.do("change claim", [put(claim("a", { entity: "theirs" }))]);
  await ben.settled();

  const again = open(door, "me", outbox);
  again.editor.set.reset(door.article());
  await again.editor.queue.look();
  assert.deepEqual([again.editor.set.annotation("a")?.entity, again.editor.set.annotation("c")?.kind], ["mine", "cue"]);
  await again.settled();
  assert.deepEqual([again.held.length, (door.things.get("a")?.now as Annotation).entity], [1, "theirs"]);
  assert.ok(door.things.get("c"), "what does not clash has gone through");
  assert.deepEqual(again.editor.open(again.held[0]!).map(({ field }) => field), ["entity"]);

  const later = open(door, "me", outbox); // what is held is there after another reload
  later.editor.set.reset(door.article());
  await later.editor.queue.look();
  assert.equal(later.held.length, 1);
  await later.editor.settle(later.held[0]!, () => "mine");
  await later.settled();
  assert.deepEqual([(door.things.get("a")?.now as Annotation).entity, await outbox.list()], ["mine", []]);
  stop(offline);
});

test("what two change at the same claim without a clash is merged, and nobody is asked", async () => {
  const door = new Door();
  const [me, ben] = [open(door), open(door, "ben")];
  me.editor.do("tag claim", [put(claim("a", { attributes: { topics: ["x"] } }))]);
  await me.settled();
  ben.listen();
  ben.editor.do("choose entity", [put(claim("a", { entity: "e", attributes: { topics: ["x", "ben"] } }))]);
  await ben.settled();
  me.editor.do("code quotation", [put(claim("a", { attributes: { quotation: "direct", topics: ["x"] } }))]);
  me.editor.do("code topics", [put(claim("a", { attributes: { quotation: "direct", topics: ["x", "me"] } }))]);
  await me.settled();
  const { entity, attributes } = door.things.get("a")!.now as Annotation;
  assert.deepEqual([me.held, entity, attributes], [[], "e", { quotation: "direct", topics: ["x", "ben", "me"] }]);
  me.editor.step("undo");
  await me.settled();
  assert.deepEqual((door.things.get("a")!.now as Annotation).attributes["topics"], ["x", "ben"]);
});

test("keeping theirs keeps what else one did to the claim", async () => {
  const door = new Door();
  const [me, ben] = [open(door), open(door, "ben")];
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("choose entity", [put(claim("a", { entity: "theirs" }))]);
  await ben.settled();
  me.editor.do("choose entity", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("code quotation", [put(claim("a", { entity: "mine", attributes: { quotation: "direct" } }))]);
  await me.settled();
  assert.equal(me.held[0]?.dependents.length, 1);
  await me.editor.settle(me.held[0]!, () => "theirs");
  await me.settled();
  const { entity, attributes } = door.things.get("a")!.now as Annotation;
  assert.deepEqual([entity, attributes, me.held.length], ["theirs", { quotation: "direct" }, 1]);
});

test("a decision taken elsewhere is not taken again", async () => {
  const { door, editor, held, settled, outbox } = open();
  editor.do("tag claim", [put(claim("a"))]);
  await settled();
  const ben = open(door, "ben");
  ben.listen();
  ben.editor.do("choose entity", [put(claim("a", { entity: "theirs" }))]);
  await ben.settled();
  editor.do("choose entity", [put(claim("a", { entity: "mine" }))]);
  await settled();
  await outbox.change((all) => ({ remove: all.map(({ id }) => id) }));
  await editor.settle(held[0]!, () => "mine");
  await settled();
  assert.deepEqual([editor.set.annotation("a")?.entity, door.seq], ["theirs", 2]);
});

test("what was made after is asked about too, each field once and as it was last made", async () => {
  const door = new Door();
  const [me, ben] = [open(door), open(door, "ben")];
  me.editor.do("tag claim", [put(claim("a"))]);
  await me.settled();
  ben.listen();
  ben.editor.do("change claim", [put(claim("a", { entity: "theirs", fragments: [{ start: 0, end: 9 }] }))]);
  await ben.settled();
  me.editor.do("choose entity", [put(claim("a", { entity: "mine" }))]);
  me.editor.do("move boundary", [put(claim("a", { entity: "mine", fragments: [{ start: 0, end: 5 }] }))]);
  me.editor.do("choose entity", [put(claim("a", { entity: "mine too", fragments: [{ start: 0, end: 5 }] }))]);
  me.editor.do("code", [put(claim("a", { entity: "mine too", fragments: [{ start: 0, end: 5 }], attributes: { quotation: "direct" } }))]);
  await me.settled();
  const asked = me.editor.open(me.held[0]!);
  assert.deepEqual(asked.map(({ field, operation }) => [field, operation.op === "put" && operation.annotation?.entity]), [["entity", "mine too"], ["fragments", "mine too"]]);
  await me.editor.settle(me.held[0]!, ({ field }) => (field === "entity" ? "mine" : "theirs"));
  await me.settled();
  const { entity, fragments, attributes } = door.things.get("a")!.now as Annotation;
  assert.deepEqual([entity, fragments, attributes, me.held.length], ["mine too", [{ start: 0, end: 9 }], { quotation: "direct" }, 1]);
});
