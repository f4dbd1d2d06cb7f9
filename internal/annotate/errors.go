package annotate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Refusals: things a person asked for that the rules do not allow. Everything
// that is neither one of these nor an [Invalid], a [Refused] or a [Conflict]
// is a fault.
var (
	// ErrNotFound says that nothing is there, or nothing that the asker may
	// know about.
	ErrNotFound = errors.New("not found")
	// ErrForbidden says that the asker's role does not allow it.
	ErrForbidden = errors.New("not allowed")
	// ErrUnauthenticated says that nobody is signed in.
	ErrUnauthenticated = errors.New("not signed in")
	// ErrExists says that the name, address or identifier is taken.
	ErrExists = errors.New("already exists")
	// ErrOwnClaim says that whoever made a claim, or had the last hand in it,
	// may not approve it: see [Standing.OwnedBy].
	ErrOwnClaim = errors.New("nobody approves their own work")
	// ErrTooLarge says that the text or body is over its limit.
	ErrTooLarge = errors.New("too large")
)

// Invalid is what a person can mend: a complaint in plain words for each
// field, by the field's name.
type Invalid map[string]string

func (i Invalid) Error() string {
	fields := make([]string, 0, len(i))
	for field, complaint := range i {
		fields = append(fields, field+": "+complaint)
	}
	slices.Sort(fields)
	return strings.Join(fields, "; ")
}

// Err is i as an error, or nil when there is nothing to complain about.
func (i Invalid) Err() error {
	if len(i) == 0 {
		return nil
	}
	return i
}

// Problem is one thing wrong with one operation of a change set.
type Problem struct {
	// Operation is the index of the operation, from 0, or [Whole].
	Operation int
	// Field is the path within the operation, such as
	// annotation.fragments[0].end.
	Field string
	// Message says what is wrong and what to do about it.
	Message string
}

// Whole is the Operation of a [Problem] of the change set as a whole.
const Whole = -1

// Refused lists all that is wrong with a change set. Nothing of it was
// applied.
type Refused []Problem

func (r Refused) Error() string {
	lines := make([]string, len(r))
	for i, p := range r {
		lines[i] = fmt.Sprintf("operation %d: %s: %s", p.Operation, p.Field, p.Message)
	}
	return strings.Join(lines, "; ")
}

// Clash is one operation that named a version which is no longer the current
// one. Annotation or Link is the current state; both are nil when what the
// operation named has been deleted.
type Clash struct {
	Operation  int
	Annotation *Annotation
	Link       *Link
}

// Conflict lists what changed under a change set since its author looked.
// Nothing of it was applied.
type Conflict []Clash

func (c Conflict) Error() string {
	return fmt.Sprintf("%d of the operations name a version that is no longer current", len(c))
}
