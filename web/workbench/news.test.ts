import assert from "node:assert/strict";
import { test } from "node:test";
import { Codes } from "./codes";
import { news } from "./news";
import type { Operation } from "./record";

const codes = new Codes({ kinds: [{ name: "claim", label: "Claim", color: "amber", key: "c", entities: [], guideline: "", active: true }], attributes: [] });
const put = (id: string, version: number): Operation =>
  ({ op: "put", annotation: { id, version, kind: "claim", fragments: [], attributes: {}, entity: null } });
const link: Operation = { op: "put", link: { id: "l", version: 1, from: "a", to: "b", role: "speaker", attributes: {} } };
const told = (...operations: Operation[]) => news({ seq: 1, id: "x", author: "ben", created_at: "", codebook: 1, operations, inverse: [] }, codes);

test("what others did is told in a few words", () => {
  assert.equal(told(put("a", 1)), "tagged a claim");
  assert.equal(told(put("a", 1), link), "tagged a claim");
  assert.equal(told(put("a", 4)), "changed a claim");
  assert.equal(told(put("a", 1), put("b", 1), put("c", 1)), "tagged a claim, and 2 more");
  assert.equal(told(link, { op: "touch", annotation: put("a", 2).annotation as never }), "linked a claim");
  assert.equal(told({ op: "delete", annotation: { id: "a", version: 2 } }, { op: "delete", link: { id: "l", version: 2 } }), "deleted a tag");
  const deletion = { seq: 1, id: "x", author: "ben", created_at: "", codebook: 1, operations: [{ op: "delete", annotation: { id: "a", version: 2 } }], inverse: [put("a", 1)] } as const;
  assert.equal(news(deletion, codes), "deleted a claim");
  assert.equal(told({ op: "delete", link: { id: "l", version: 2 } }), "removed a link");
});
