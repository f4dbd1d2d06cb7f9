import type { Attribute, Attributes, Codebook, Kind, Role } from "./record";

/** Codes answers what the codebook says of a kind, a role or a key. */
export class Codes {
  readonly kinds: readonly Kind[];
  /** The version of the codebook. */
  readonly version: number;
  readonly #attributes: readonly Attribute[];

  constructor({ kinds, attributes }: Codebook, version = 1) {
    this.version = version;
    this.kinds = kinds;
    this.#attributes = attributes;
  }

  /** The kinds that new annotations may be of. */
  get active(): Kind[] {
    return this.kinds.filter(({ active }) => active);
  }

  kind(name: string): Kind | undefined {
    return this.kinds.find((kind) => kind.name === name);
  }

  /** What people call a kind. */
  label(kind: string): string {
    return this.kind(kind)?.label ?? kind;
  }

  /** The kind that key tags with. */
  keyed(key: string): Kind | undefined {
    return this.active.find((kind) => kind.key !== "" && kind.key === key);
  }

  /** The questions asked of annotations of kind, and those answered before. */
  of(kind: string, given: Attributes): Attribute[] {
    return this.#attributes.filter((a) => a.kinds.includes(kind) && (a.active || a.name in given));
  }

  /** The questions asked of links in role, and those answered before. */
  ofLink(role: Role, given: Attributes): Attribute[] {
    return this.#attributes.filter((a) => a.roles.includes(role) && (a.active || a.name in given));
  }

  /** What people call an attribute. */
  question(name: string): string {
    return this.#attributes.find((a) => a.name === name)?.label ?? name;
  }

  /** What people call a value of an attribute. */
  value(attribute: string, value: string): string {
    const values = this.#attributes.find(({ name }) => name === attribute)?.values ?? [];
    return values.find((v) => v.value === value)?.label ?? value;
  }
}
