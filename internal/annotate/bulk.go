package annotate

import (
	"slices"
	"time"
)

// Hit is a place at which words that were sought stand in an article.
type Hit struct {
	Article  Article
	Fragment Fragment // with the words as Exact
	// Before and After are what stands around it on its line.
	Before string
	After  string
	// Kinds are those that these words are tagged as already, alone or as part
	// of more; as a claim only alone.
	Kinds []string
}

// BulkKind is what a bulk change does.
type BulkKind string

// What a bulk change can do.
const (
	BulkTag    BulkKind = "tag"    // tags places as a kind
	BulkRecode BulkKind = "recode" // answers a question of the codebook
)

// BulkWish is what a bulk change was to do.
type BulkWish struct {
	// Query is what was sought, and WholeWords how; Kind and Entity are what its
	// places were tagged as.
	Query      string `json:"query,omitempty"`
	WholeWords bool   `json:"whole_words,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Entity     ID     `json:"entity,omitempty"`
	// Attribute is the question and Value the answer, which is empty where the
	// answers were taken away.
	Attribute string   `json:"attribute,omitempty"`
	Value     []string `json:"value,omitempty"`
}

// BulkChange is one wish for many articles: a change set for each, which can
// be undone for itself.
type BulkChange struct {
	ID        ID
	What      BulkKind
	Hand      Hand // whose set of each article it is about
	Wish      BulkWish
	Entity    string // the name of the entity of the wish, if there is one
	Author    ID
	By        string // the author's name
	CreatedAt time.Time
	// UnderWay says that it is being worked on at the moment.
	UnderWay bool
	// Articles is how many it is about. Of these, LeftToDo are still to be
	// looked at, Changed were changed, and Undone are those where that was taken
	// back.
	Articles int
	LeftToDo int
	Changed  int
	Undone   int
	// Done is how many annotations it changed.
	Done  int
	Parts []BulkPart
}

// BulkPart is what a bulk change did to one article.
type BulkPart struct {
	Article  ID
	Headline string
	// ChangeSet is the change set it was done by; empty where nothing was.
	ChangeSet ID
	Done      int // annotations
	LeftOut   []LeftOut
	ToDo      bool // not looked at yet
	// Undone is the change set that undid it, or empty, and Kept how many
	// annotations stayed because somebody has built on them since.
	Undone ID
	Kept   int
}

// LeftOut is something a bulk change did not do.
type LeftOut struct {
	// Annotation is what it was about, if that exists.
	Annotation ID     `json:"annotation,omitempty"`
	Words      string `json:"words"`
	Reason     string `json:"reason"`
}

// Answer is the value of an attribute as an annotation of kind may have it, nil
// for none, or an [Invalid] under attribute or value.
func (c *Codebook) Answer(kind, attribute string, given []string) (any, error) {
	a, known := c.Attribute(attribute)
	if !known || !a.Active || !slices.Contains(a.Kinds, kind) {
		return nil, Invalid{"attribute": "Choose one of the questions the codebook asks here."}
	}
	if len(given) == 0 {
		return nil, nil //nolint:nilnil // no answer is an answer, too
	}
	var value any = given
	if a.Type != Choices {
		value = given[0]
	}
	if a.Type != Choices && len(given) > 1 || !a.allows(value, nil) {
		return nil, Invalid{"value": a.expectation()}
	}
	return value, nil
}
