package annotate

// Work is what one analyst made of an article, without seeing the others'.
type Work struct {
	Analyst     ID
	Annotations []Annotation // as they stand in the text
	Links       []Link
}

// Attributions are those of the claims in w.
func (w Work) Attributions() []Attribution {
	follow := NewAttributions(w.Annotations, w.Links)
	var found []Attribution
	for _, a := range w.Annotations {
		if a.Kind == Claim {
			found = append(found, follow.Of(a))
		}
	}
	return found
}

// WorkedArticle is an article with the work of all who have finished it.
type WorkedArticle struct {
	Article  Article
	Revision Revision
	Works    []Work
}
