// The records are what the server sends and takes: the same words as in the
// database, in Go and in the export. Offsets are Unicode code points, ranges
// are half-open.

/** Fragment is a stretch of the text; exact, when given, is the text there. */
export interface Fragment {
  readonly start: number;
  readonly end: number;
  readonly exact?: string;
}

/** Attributes are answers to the codebook's questions. Absent is not coded. */
export type Attributes = Readonly<Record<string, string | readonly string[]>>;

export type ReviewState = "unreviewed" | "approved" | "disputed" | "rejected" | "changes_requested";

export type Role = "speaker" | "source" | "cue" | "addressee" | "within" | "via";

/** Authorship is what the server adds to a record; it is absent until saved. */
interface Authorship {
  readonly created_by?: string;
  readonly created_at?: string;
  readonly updated_by?: string;
  readonly updated_at?: string;
}

/** Annotation is something tagged. Version 0 has not been saved. */
export interface Annotation extends Authorship {
  readonly id: string;
  readonly version: number;
  readonly kind: string;
  readonly fragments: readonly Fragment[];
  readonly attributes: Attributes;
  readonly entity: string | null;
  readonly review_state?: ReviewState;
  /** The version of the codebook it was last put under. */
  readonly codebook?: number;
}

/** Link is a directed role from one annotation to another. */
export interface Link extends Authorship {
  readonly id: string;
  readonly version: number;
  readonly from: string;
  readonly to: string;
  readonly role: Role;
  readonly attributes: Attributes;
}

/** Named is how a deletion tells what it deletes. */
export interface Named {
  readonly id: string;
  readonly version: number;
}

/**
 * Operation puts or deletes one annotation or link. Touch comes only from the
 * server, for an annotation whose version grew with what it leads to.
 */
export type Operation =
  | { readonly op: "put" | "touch"; readonly annotation: Annotation; readonly link?: undefined }
  | { readonly op: "put" | "touch"; readonly link: Link; readonly annotation?: undefined }
  | { readonly op: "delete"; readonly annotation: Named; readonly link?: undefined }
  | { readonly op: "delete"; readonly link: Named; readonly annotation?: undefined };

/** ChangeSet is operations applied all or nothing; sent again, it is the same. */
export interface ChangeSet {
  readonly id: string;
  readonly operations: readonly Operation[];
}

/** Answer is what the server says of a change set it has taken. */
export interface Answer {
  readonly seq: number;
  readonly replayed: boolean;
  readonly annotations: readonly Annotation[];
  readonly links: readonly Link[];
  readonly deleted: { readonly annotations: readonly string[]; readonly links: readonly string[] };
  readonly inverse: readonly Operation[];
}

/** LogEntry is a change set as the log keeps it and the live events tell it. */
export interface LogEntry {
  readonly seq: number;
  readonly id: string;
  readonly author: string;
  readonly created_at: string;
  readonly codebook: number;
  readonly operations: readonly Operation[];
  readonly inverse: readonly Operation[];
}

export interface Entity {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly names: readonly { readonly name: string; readonly type: string }[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Presence is somebody's open page of the article, and where they look. */
export interface Presence {
  readonly page: string;
  readonly user: string;
  readonly name: string;
  /** What they have focused. It may not be saved yet. */
  readonly annotation: string | null;
  readonly start: number | null;
}

export interface Review {
  readonly id: string;
  readonly claim: string;
  readonly version: number;
  readonly decision: string;
  readonly reason: string;
  readonly reviewer: string;
  readonly created_at: string;
}

export interface Comment {
  readonly id: string;
  readonly claim: string;
  readonly author: string;
  readonly body: string;
  readonly created_at: string;
}

/** Article is the answer of GET article: all there is to know of it. */
export interface Article {
  readonly id: string;
  readonly headline: string;
  readonly revision: string;
  readonly seq: number;
  readonly annotations: readonly Annotation[];
  readonly links: readonly Link[];
  readonly reviews: readonly Review[];
  readonly comments: readonly Comment[];
  readonly entities: readonly Entity[];
  readonly people: readonly Person[];
}

export interface Kind {
  readonly name: string;
  readonly label: string;
  readonly color: string;
  readonly key: string;
  readonly entities: readonly string[];
  readonly guideline: string;
  readonly active: boolean;
}

export interface Attribute {
  readonly name: string;
  readonly label: string;
  readonly type: "choice" | "choices" | "text";
  readonly kinds: readonly string[];
  readonly roles: readonly Role[];
  readonly values: readonly { readonly value: string; readonly label: string; readonly guideline: string; readonly active?: boolean }[];
  readonly guideline: string;
  readonly active: boolean;
}

/** Codebook is what the project tags and how. */
export interface Codebook {
  readonly kinds: readonly Kind[];
  readonly attributes: readonly Attribute[];
}
