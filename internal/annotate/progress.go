package annotate

// Progress is how far the tagging and review of an article has come.
type Progress struct {
	// Annotations counts all kinds; the rest count claims by their state.
	Annotations      int
	Unreviewed       int
	Approved         int
	Disputed         int
	Rejected         int
	ChangesRequested int
}

// Claims is the number of claims in any state.
func (p Progress) Claims() int {
	return p.Unreviewed + p.Approved + p.Disputed + p.Rejected + p.ChangesRequested
}

// In is the number of claims in state.
func (p Progress) In(state ReviewState) int {
	switch state {
	case Unreviewed:
		return p.Unreviewed
	case Approved:
		return p.Approved
	case Disputed:
		return p.Disputed
	case Rejected:
		return p.Rejected
	case ChangesRequested:
		return p.ChangesRequested
	}
	return 0
}

// ArticleState is where an article stands between arriving and being done
// with. An article with a disputed claim is open or done as well.
type ArticleState string

// The states of an article.
const (
	ArticleUntagged ArticleState = "untagged" // nothing is tagged yet
	ArticleOpen     ArticleState = "open"     // a claim is unreviewed or has changes requested
	ArticleDisputed ArticleState = "disputed" // a claim is disputed
	ArticleDone     ArticleState = "done"     // there are claims, and all are decided
)

// ArticleStates lists the states in the order they are shown in.
var ArticleStates = []ArticleState{ArticleUntagged, ArticleOpen, ArticleDisputed, ArticleDone}

// ListedArticle is an article as lists show it.
type ListedArticle struct {
	Article
	AddedBy  string // the name of who brought it in
	Progress Progress
	// Found is where a search found its words, nil when nothing was searched
	// for.
	Found *Found
}

// Found is what a search found: the whole headline, and passages of the text.
type Found struct {
	Headline []Stretch
	Text     []Stretch
}

// Stretch is a piece of text that is, or is not, one of the words sought.
type Stretch struct {
	Text  string
	Match bool
}

// ArticleCounts is the number of a project's articles, and of those in each
// state.
type ArticleCounts struct {
	All      int
	Untagged int
	Open     int
	Disputed int
	Done     int
}

// In is the number of articles in state; with none given, of all.
func (c ArticleCounts) In(state ArticleState) int {
	switch state {
	case ArticleUntagged:
		return c.Untagged
	case ArticleOpen:
		return c.Open
	case ArticleDisputed:
		return c.Disputed
	case ArticleDone:
		return c.Done
	}
	return c.All
}
