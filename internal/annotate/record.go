package annotate

import (
	"encoding/json"
	"time"
)

// The records are the JSON of annotations, links and operations: what clients
// send and get, and what the log keeps. Times are UTC with microseconds.

// FragmentRecord is a [Fragment] in JSON.
type FragmentRecord struct {
	Start int    `json:"start" doc:"First character, in code points (or what the parameter offsets says)." minimum:"0"`
	End   int    `json:"end" doc:"After the last character." minimum:"0"`
	Exact string `json:"exact,omitempty" doc:"The text there. Optional when sent: it is compared with the article's."`
}

// AnnotationRecord is an [Annotation] in JSON.
type AnnotationRecord struct {
	ID         ID               `json:"id" doc:"UUID, made by the client, best of version 7." format:"uuid"`
	Version    int              `json:"version" doc:"The version its author saw; 0 is new." minimum:"0"`
	Kind       string           `json:"kind,omitempty"`
	Fragments  []FragmentRecord `json:"fragments,omitzero" nullable:"false"`
	Attributes Attributes       `json:"attributes,omitzero" nullable:"false"`
	Entity     *ID              `json:"entity" required:"false" doc:"The entity that is meant, or null."`
	Review     ReviewState      `json:"review_state,omitempty" readOnly:"true"`
	Codebook   int              `json:"codebook,omitempty" readOnly:"true" doc:"The version of the codebook it was made or last changed under."`
	CreatedBy  ID               `json:"created_by,omitempty" readOnly:"true"`
	CreatedAt  *time.Time       `json:"created_at,omitempty" readOnly:"true"`
	UpdatedBy  ID               `json:"updated_by,omitempty" readOnly:"true"`
	UpdatedAt  *time.Time       `json:"updated_at,omitempty" readOnly:"true"`
}

// LinkRecord is a [Link] in JSON.
type LinkRecord struct {
	ID         ID         `json:"id" doc:"UUID, made by the client, best of version 7." format:"uuid"`
	Version    int        `json:"version" doc:"The version its author saw; 0 is new." minimum:"0"`
	From       ID         `json:"from,omitempty"`
	To         ID         `json:"to,omitempty"`
	Role       LinkRole   `json:"role,omitempty" doc:"speaker, source, cue, addressee, within or via."`
	Attributes Attributes `json:"attributes,omitzero" nullable:"false"`
	CreatedBy  ID         `json:"created_by,omitempty" readOnly:"true"`
	CreatedAt  *time.Time `json:"created_at,omitempty" readOnly:"true"`
	UpdatedBy  ID         `json:"updated_by,omitempty" readOnly:"true"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty" readOnly:"true"`
}

// OperationRecord is an [Operation] in JSON.
type OperationRecord struct {
	Op         Op                `json:"op" doc:"put or delete; the log also has touch, for an annotation whose version grew because what it leads to changed."`
	Annotation *AnnotationRecord `json:"annotation,omitempty"`
	Link       *LinkRecord       `json:"link,omitempty"`
}

// Record is a in JSON.
func (a Annotation) Record() AnnotationRecord {
	r := AnnotationRecord{
		ID: a.ID, Version: a.Version, Kind: a.Kind, Attributes: a.Attributes, Codebook: a.Codebook,
		CreatedBy: a.CreatedBy, CreatedAt: moment(a.CreatedAt), UpdatedBy: a.UpdatedBy, UpdatedAt: moment(a.UpdatedAt),
	}
	if a.Kind == Claim && a.CreatedBy != "" {
		r.Review = a.Review
	}
	if a.Entity != "" {
		r.Entity = &a.Entity
	}
	if r.Attributes == nil {
		r.Attributes = Attributes{}
	}
	r.Fragments = make([]FragmentRecord, len(a.Fragments))
	for i, f := range a.Fragments {
		r.Fragments[i] = FragmentRecord(f)
	}
	return r
}

// Annotation is the annotation r tells of.
func (r AnnotationRecord) Annotation() Annotation {
	a := Annotation{
		ID: r.ID, Version: r.Version, Kind: r.Kind, Attributes: r.Attributes, Review: r.Review, Codebook: r.Codebook,
		CreatedBy: r.CreatedBy, CreatedAt: when(r.CreatedAt), UpdatedBy: r.UpdatedBy, UpdatedAt: when(r.UpdatedAt),
	}
	if r.Entity != nil {
		a.Entity = *r.Entity
	}
	for _, f := range r.Fragments {
		a.Fragments = append(a.Fragments, Fragment(f))
	}
	return a
}

// Record is l in JSON.
func (l Link) Record() LinkRecord {
	r := LinkRecord{
		ID: l.ID, Version: l.Version, From: l.From, To: l.To, Role: l.Role, Attributes: l.Attributes,
		CreatedBy: l.CreatedBy, CreatedAt: moment(l.CreatedAt), UpdatedBy: l.UpdatedBy, UpdatedAt: moment(l.UpdatedAt),
	}
	if r.Attributes == nil {
		r.Attributes = Attributes{}
	}
	return r
}

// Link is the link r tells of.
func (r LinkRecord) Link() Link {
	return Link{
		ID: r.ID, Version: r.Version, From: r.From, To: r.To, Role: r.Role, Attributes: r.Attributes,
		CreatedBy: r.CreatedBy, CreatedAt: when(r.CreatedAt), UpdatedBy: r.UpdatedBy, UpdatedAt: when(r.UpdatedAt),
	}
}

// Record is o in JSON. What was deleted is told by its id and version alone.
func (o Operation) Record() OperationRecord {
	r := OperationRecord{Op: o.Op}
	switch {
	case o.Annotation != nil && o.Op == Delete:
		r.Annotation = &AnnotationRecord{ID: o.Annotation.ID, Version: o.Annotation.Version}
	case o.Annotation != nil:
		a := o.Annotation.Record()
		r.Annotation = &a
	case o.Op == Delete:
		r.Link = &LinkRecord{ID: o.Link.ID, Version: o.Link.Version}
	default:
		l := o.Link.Record()
		r.Link = &l
	}
	return r
}

// Operation is the operation r tells of.
func (r OperationRecord) Operation() Operation {
	o := Operation{Op: r.Op}
	if r.Annotation != nil {
		a := r.Annotation.Annotation()
		o.Annotation = &a
	}
	if r.Link != nil {
		l := r.Link.Link()
		o.Link = &l
	}
	return o
}

// Records are operations in JSON.
func Records(operations []Operation) []OperationRecord {
	records := make([]OperationRecord, len(operations))
	for i, o := range operations {
		records[i] = o.Record()
	}
	return records
}

// Operations are the operations records tell of.
func Operations(records []OperationRecord) []Operation {
	operations := make([]Operation, len(records))
	for i, r := range records {
		operations[i] = r.Operation()
	}
	return operations
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// UnmarshalJSON reads attributes, with lists as []string. What is neither a
// string nor a list of strings stays as it came, for the codebook to refuse;
// null is the same as absent.
func (a *Attributes) UnmarshalJSON(b []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*a = Attributes{}
	for name, value := range raw {
		if value != nil {
			(*a)[name] = listed(value)
		}
	}
	return nil
}
