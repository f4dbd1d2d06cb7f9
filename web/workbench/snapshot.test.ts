import assert from "node:assert/strict";
import { test } from "node:test";
import type { Annotation, Link, LogEntry, Operation } from "./record";
import { type Moved, Snapshot } from "./snapshot";

const claim = (id: string, version: number, end = 5): Annotation =>
  ({ id, version, kind: "claim", fragments: [{ start: 0, end }], attributes: {}, entity: null, review_state: "unreviewed" });
const link = (id: string, from: string, to: string): Link => ({ id, version: 1, from, to, role: "within", attributes: {} });
const entry = (seq: number, operations: Operation[], inverse: Operation[]): LogEntry =>
  ({ seq, id: String(seq), author: "a", created_at: `2026-01-0${seq}`, codebook: 1, operations, inverse });
const nothing = (): Moved => ({ annotations: new Set(), links: new Set(), ends: new Set() });
const ids = (of: Iterable<{ id: string; version: number }>) => Array.from(of, ({ id, version }) => `${id}${version}`).sort();

// a is made, b is made and linked with it, a is changed, b is deleted and the link with it.
const log = [
  entry(1, [{ op: "put", annotation: claim("a", 1) }], [{ op: "delete", annotation: { id: "a", version: 1 } }]),
  entry(2, [{ op: "put", annotation: claim("b", 1) }, { op: "put", link: link("l", "a", "b") }, { op: "touch", annotation: claim("a", 2) }],
    [{ op: "delete", link: { id: "l", version: 1 } }, { op: "delete", annotation: { id: "b", version: 1 } }]),
  entry(3, [{ op: "put", annotation: claim("a", 3, 9) }], [{ op: "put", annotation: claim("a", 2) }]),
  entry(4, [{ op: "delete", annotation: { id: "b", version: 2 } }, { op: "delete", link: { id: "l", version: 2 } }],
    [{ op: "put", annotation: claim("b", 1) }, { op: "put", link: link("l", "a", "b") }]),
];

test("going back undoes each change, and going on does it again", () => {
  const now = new Snapshot({ annotations: [claim("a", 3, 9)], links: [], reviews: [] });
  const at = () => `${ids(now.annotations())} ${ids(now.links())} ${now.annotation("a")?.fragments[0]?.end}`;
  const states = ["a3  9", "a3,b1 l1 9", "a2,b1 l1 5", "a1  5", "  undefined"];
  assert.equal(at(), states[0]);
  for (const [back, one] of [...log].reverse().entries()) {
    now.undo(one, nothing());
    assert.equal(at(), states[back + 1]);
  }
  for (const [i, one] of log.entries()) {
    now.redo(one, nothing());
    assert.equal(at().replace("b1", "b"), states[3 - i]!.replace("b1", "b"));
  }
});

test("what has moved is told, with the ends of its links", () => {
  const now = new Snapshot({ annotations: [claim("a", 3, 9)], links: [], reviews: [] });
  const moved = nothing();
  now.undo(log[3]!, moved);
  assert.deepEqual([[...moved.annotations], [...moved.links], [...moved.ends].sort()], [["b"], ["l"], ["a", "b"]]);
  assert.deepEqual(ids(now.linksOf("b")), ["l1"]);
});

test("a claim is in the state of review it was in then", () => {
  const review = (version: number, decision: string, created_at: string) => ({ id: created_at, claim: "a", version, decision, reason: "", reviewer: "r", created_at });
  const now = new Snapshot({ annotations: [{ ...claim("a", 1), review_state: "approved" }], links: [], reviews: [review(1, "dispute", "2026-01-02"), review(1, "approve", "2026-01-04")] });
  const states = [undefined, "2026-01-03", "2026-01-01"].map((until) => {
    now.review(until, nothing());
    return now.annotation("a")?.review_state;
  });
  assert.deepEqual(states, ["approved", "disputed", "unreviewed"]);
});
