package annotate

// QueuedClaim is a claim as it stands in the review queue.
type QueuedClaim struct {
	Claim   Annotation
	Article Article
	// RevisionID is the text it was tagged in.
	RevisionID ID
	// Quote is the text of the claim's fragments, joined with an ellipsis.
	// Before and After are what stands around it.
	Quote  string
	Before string
	After  string
	// Attribution is who said it according to whom. Words are those that were
	// tagged as each annotation in it, by its id, none for what the text does
	// not mention.
	Attribution Attribution
	Words       map[ID]string
	// Entities are the canonical entities of annotations in it, by the id the
	// annotations have.
	Entities map[ID]Entity
	// Author is the name of who made the claim.
	Author string
	// Last is the newest decision, nil if there is none, and Reviewer the name
	// of who made it.
	Last     *Review
	Reviewer string
	// Approvals is how many have approved the claim as it is, as far as that
	// counts: see [Conclude].
	Approvals int
	// Comments is the number of remarks.
	Comments int
}

// NameOf is what an annotation of c's attribution is called: the name of its
// entity, or else the words that were tagged.
func (c QueuedClaim) NameOf(a Annotation) string {
	if e, ok := c.Entities[a.Entity]; ok {
		return e.Name
	}
	return c.Words[a.ID]
}

// DecidedClaim is a claim with all that was said of it, but for the
// comments.
type DecidedClaim struct {
	QueuedClaim
	Revision Revision
	// Annotations are the claim and what its links lead to, over any number of
	// steps, and Links those links, by id.
	Annotations []Annotation
	Links       []Link
	// Reviews are from the first to the last.
	Reviews []Review
	// People has the names of those who decided or imported decisions, by id.
	People map[ID]string
}

// Standing is d as a decision finds it.
func (d DecidedClaim) Standing() Standing {
	return Standing{Claim: d.Claim, Annotations: d.Annotations, Links: d.Links, Reviews: d.Reviews}
}

// ListedComment is a comment as lists show it.
type ListedComment struct {
	Comment
	By       string // its author's name
	Resolver string // the name of who resolved its thread
}
