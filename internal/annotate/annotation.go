package annotate

import (
	"maps"
	"slices"
	"time"
)

// The kinds every codebook has.
const (
	Claim   = "claim"   // what is said
	Speaker = "speaker" // who says it: the literature's source
	Source  = "source"  // through what it reached us: document, recording, outlet
	Cue     = "cue"     // the words that signal the attribution
)

// Fragment is a half-open range of code points in a revision's text. Exact,
// when it is not empty, is the text the author saw there, as proof.
type Fragment struct {
	Start int
	End   int
	Exact string
}

// Attributes are an annotation's or a link's answers to the codebook's
// questions: for each attribute's name a string or a []string, as its type
// demands. An attribute that is absent has not been coded.
type Attributes map[string]any

// Equal reports whether a and b say the same.
func (a Attributes) Equal(b Attributes) bool {
	return maps.EqualFunc(a, b, func(x, y any) bool {
		switch x := x.(type) {
		case string:
			return x == y
		case []string:
			y, ok := y.([]string)
			return ok && slices.Equal(x, y)
		}
		return false
	})
}

// Annotation is something tagged: ordered fragments of the text, or none for
// an entity the text does not mention.
type Annotation struct {
	ID         ID
	Kind       string
	Fragments  []Fragment
	Attributes Attributes
	// Entity is the canonical entity that is meant, or empty.
	Entity ID
	// Version is 1 when new and grows with every change of the annotation, of
	// the links from it, and of whatever they lead to: two looks at the same
	// version saw the same attribution.
	Version int
	// Edited is the version at which the annotation itself last changed. A
	// change made with a view at or after it does not conflict.
	Edited int
	// Codebook is the version of the project's codebook under which the
	// annotation itself was last put as it is.
	Codebook int
	Deleted  bool
	// Review is the state of a claim's review.
	Review    ReviewState
	CreatedBy ID
	CreatedAt time.Time
	UpdatedBy ID
	UpdatedAt time.Time
}

// sameContent reports whether a and b are the same tagging, whoever made it
// and when.
func (a Annotation) sameContent(b Annotation) bool {
	return a.Kind == b.Kind && a.Entity == b.Entity && a.Attributes.Equal(b.Attributes) &&
		slices.EqualFunc(a.Fragments, b.Fragments, func(x, y Fragment) bool { return x.Start == y.Start && x.End == y.End })
}

// Before orders annotations as they stand in the text: by where they begin,
// the longer first, and by id; those with no fragments come last.
func (a Annotation) Before(b Annotation) int {
	as, ae := a.extent()
	bs, be := b.extent()
	switch {
	case as != bs:
		return as - bs
	case ae != be:
		return be - ae
	case a.ID < b.ID:
		return -1
	case a.ID > b.ID:
		return 1
	}
	return 0
}

// extent is from the first code point to the last, wherever fragments lie.
func (a Annotation) extent() (start, end int) {
	if len(a.Fragments) == 0 {
		const last = 1 << 31
		return last, last
	}
	start = a.Fragments[0].Start
	for _, f := range a.Fragments {
		start, end = min(start, f.Start), max(end, f.End)
	}
	return start, end
}
