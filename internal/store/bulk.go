package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

// BulkTagging is a wish to tag places of many articles.
type BulkTagging struct {
	// Query is what was sought, and WholeWords how: each place must be one
	// where it stands.
	Query      string
	WholeWords bool
	// Places are ranges of code points, by article.
	Places map[annotate.ID][]annotate.Fragment
	Kind   string
	Entity annotate.ID // or none
	By     annotate.ID
	At     time.Time
	DryRun bool
}

// BulkRecoding is a wish to answer a question of the codebook alike for many
// claims.
type BulkRecoding struct {
	// Claims are versions of claims, as their author saw them, by id.
	Claims    map[annotate.ID]int
	Attribute string
	Value     []string // none takes the answers away
	By        annotate.ID
	At        time.Time
	DryRun    bool
}

// maxBulk is the most places or claims one bulk change may have.
const maxBulk = 1000

// TagAll tags places of articles as t wishes, by one change set for each
// article, and returns the bulk change by whose id it can be read, gone on with
// and undone. It goes on when ctx ends, for a minute and a half at most; what is
// left to do by then is left to [Store.ResumeBulk]. What cannot be done is left
// out and told. It refuses a wish that could be done nowhere with an
// [annotate.Invalid] under kind, entity or places.
//
// On a dry run the change it returns has no id, and parts that say what would be
// done.
func (s *Store) TagAll(ctx context.Context, a Asker, t BulkTagging) (annotate.BulkChange, error) {
	b, work, err := s.tagging(ctx, a, t)
	if err != nil {
		return b, err
	}
	return s.carryOut(ctx, a.Project.ID, b, work, t.DryRun)
}

func (s *Store) tagging(ctx context.Context, a Asker, t BulkTagging) (annotate.BulkChange, map[annotate.ID]todo, error) {
	hand, err := a.bulkHand()
	if err != nil {
		return annotate.BulkChange{}, nil, err
	}
	if err := s.checkTagging(ctx, a.Project.ID, t); err != nil {
		return annotate.BulkChange{}, nil, err
	}
	work := map[annotate.ID]todo{}
	for article, places := range t.Places {
		if len(places) > 0 {
			work[article] = todo{Places: records(places)}
		}
	}
	return annotate.BulkChange{
		ID: NewID(), What: annotate.BulkTag, Hand: hand, Author: t.By, CreatedAt: t.At,
		Wish: annotate.BulkWish{Query: t.Query, WholeWords: t.WholeWords, Kind: t.Kind, Entity: t.Entity},
	}, work, nil
}

func records(places []annotate.Fragment) []annotate.FragmentRecord {
	list := make([]annotate.FragmentRecord, len(places))
	for i, f := range places {
		list[i] = annotate.FragmentRecord(f)
	}
	return list
}

func (s *Store) checkTagging(ctx context.Context, project annotate.ID, t BulkTagging) error {
	n := 0
	for _, places := range t.Places {
		n += len(places)
	}
	if n == 0 || n > maxBulk {
		return annotate.Invalid{"places": fmt.Sprintf("Check between one and %d places.", maxBulk)}
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return err
	}
	kind, known := codebook.Kind(t.Kind)
	if !known || !kind.Active {
		return annotate.Invalid{"kind": "Choose one of the codebook's kinds."}
	}
	if t.Entity == "" {
		return nil
	}
	entity, err := s.Entity(ctx, project, t.Entity)
	switch {
	case errors.Is(err, annotate.ErrNotFound):
		return annotate.Invalid{"entity": "There is no such entity in this project."}
	case err == nil && !slices.Contains(kind.Entities, entity.Type):
		return annotate.Invalid{"entity": fmt.Sprintf("%s is of a type that this kind does not stand for.", entity.Name)}
	}
	return err
}

func (s *Store) currentCodebook(ctx context.Context, project annotate.ID) (*annotate.Codebook, error) {
	var version int
	if err := s.pool.QueryRow(ctx, `SELECT codebook FROM projects WHERE id = $1`, project).Scan(&version); err != nil {
		return nil, translate(err)
	}
	return s.Codebook(ctx, project, version)
}

// planned is what is to be done to an article, and what is left out. Words has
// what each operation is about.
type planned struct {
	operations []annotate.Operation
	words      []string
	leftOut    []annotate.LeftOut
}

func (p *planned) put(a annotate.Annotation, words string) {
	p.operations, p.words = append(p.operations, annotate.Operation{Op: annotate.Put, Annotation: &a}), append(p.words, words)
}

func (p *planned) leave(annotation annotate.ID, words, reason string) {
	p.leftOut = append(p.leftOut, annotate.LeftOut{Annotation: annotation, Words: words, Reason: reason})
}

func planTagging(doc annotate.AnnotatedArticle, t annotate.BulkWish, places []annotate.FragmentRecord) planned {
	var p planned
	hits := find.New(t.Query, t.WholeWords).In(doc.Revision.Text)
	for _, place := range places {
		i := slices.IndexFunc(hits, func(h annotate.Fragment) bool { return h.Start == place.Start && h.End == place.End })
		if i < 0 {
			p.leave("", place.Exact, "What was sought does not stand here. Search again.")
			continue
		}
		there := standingOn(doc, t.Kind, hits[i])
		switch {
		case there == nil:
			p.put(annotate.Annotation{ID: NewID(), Kind: t.Kind, Entity: t.Entity, Fragments: hits[i : i+1]}, hits[i].Exact)
		case t.Entity != "" && there.Entity == "":
			named := *there
			named.Entity = t.Entity
			p.put(named, hits[i].Exact)
		default:
			p.leave(there.ID, hits[i].Exact, "Tagged so already.")
		}
	}
	return p
}

// standingOn is the annotation of kind on exactly f, or nil.
func standingOn(doc annotate.AnnotatedArticle, kind string, f annotate.Fragment) *annotate.Annotation {
	for i, a := range doc.Annotations {
		if a.Kind == kind && len(a.Fragments) == 1 && a.Fragments[0].Start == f.Start && a.Fragments[0].End == f.End {
			return &doc.Annotations[i]
		}
	}
	return nil
}

// RecodeAll answers a question for claims as r wishes, by one change set for
// each article, and returns the bulk change; see [Store.TagAll]. A claim that
// somebody has changed since is left out.
func (s *Store) RecodeAll(ctx context.Context, a Asker, r BulkRecoding) (annotate.BulkChange, error) {
	b, work, err := s.recoding(ctx, a, r)
	if err != nil {
		return b, err
	}
	return s.carryOut(ctx, a.Project.ID, b, work, r.DryRun)
}

func (s *Store) recoding(ctx context.Context, a Asker, r BulkRecoding) (annotate.BulkChange, map[annotate.ID]todo, error) {
	hand, err := a.bulkHand()
	if err != nil {
		return annotate.BulkChange{}, nil, err
	}
	b := annotate.BulkChange{
		ID: NewID(), What: annotate.BulkRecode, Hand: hand, Wish: annotate.BulkWish{Attribute: r.Attribute, Value: r.Value}, Author: r.By, CreatedAt: r.At,
	}
	if len(r.Claims) == 0 || len(r.Claims) > maxBulk {
		return b, nil, annotate.Invalid{"claims": fmt.Sprintf("Check between one and %d claims.", maxBulk)}
	}
	if _, err := s.planner(ctx, a.Project.ID, b); err != nil {
		return b, nil, err
	}
	work, err := s.claimsByArticle(ctx, a.Project.ID, hand, r.Claims)
	return b, work, err
}

// claimsByArticle has for each article those of claims that are in its set by
// hand.
func (s *Store) claimsByArticle(ctx context.Context, project annotate.ID, hand annotate.Hand, claims map[annotate.ID]int) (map[annotate.ID]todo, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT s.article_id, a.id
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND `+byHand+`
		WHERE a.project_id = $1 AND a.id = ANY($2)
		ORDER BY s.article_id, a.id`, project, slices.Sorted(maps.Keys(claims)), hand)
	work := map[annotate.ID]todo{}
	var article, claim annotate.ID
	_, err := pgx.ForEachRow(rows, []any{&article, &claim}, func() error {
		if work[article].Claims == nil {
			work[article] = todo{Claims: map[annotate.ID]int{}}
		}
		work[article].Claims[claim] = claims[claim]
		return nil
	})
	if err == nil && len(work) == 0 {
		err = annotate.Invalid{"claims": "None of these claims is there any more."}
	}
	return work, translate(err)
}

func planRecoding(doc annotate.AnnotatedArticle, attribute string, value any, claims map[annotate.ID]int) planned {
	var p planned
	text := annotate.NewText(doc.Revision.Text)
	for _, a := range doc.Annotations {
		seen, asked := claims[a.ID]
		if !asked || a.Kind != annotate.Claim {
			continue
		}
		words := wordsOf(text, a)
		if seen < a.Edited {
			p.leave(a.ID, words, "Somebody has changed it since you looked.")
			continue
		}
		recoded := a
		recoded.Attributes = annotate.Attributes{}
		for name, answer := range a.Attributes {
			if name != attribute {
				recoded.Attributes[name] = answer
			}
		}
		if value != nil {
			recoded.Attributes[attribute] = value
		}
		if recoded.Attributes.Equal(a.Attributes) {
			p.leave(a.ID, words, "It has this answer already.")
			continue
		}
		p.put(recoded, words)
	}
	return p
}

// wordsOf is the beginning of an annotation's text.
func wordsOf(text *annotate.Text, a annotate.Annotation) string {
	const most = 120
	if len(a.Fragments) == 0 {
		return ""
	}
	f := a.Fragments[0]
	if f.End-f.Start <= most && len(a.Fragments) == 1 {
		return text.Slice(f.Start, f.End)
	}
	return text.Slice(f.Start, text.Snap(min(f.End, f.Start+most))) + "…"
}

// todo is what a bulk change is still to do to an article: tag places, or
// answer for claims at the versions that were seen.
type todo struct {
	Places []annotate.FragmentRecord `json:"places,omitempty"`
	Claims map[annotate.ID]int       `json:"claims,omitempty"`
}

// planner works out what b is to do to an article. It refuses with an
// [annotate.Invalid] an answer that the codebook in force does not have.
func (s *Store) planner(ctx context.Context, project annotate.ID, b annotate.BulkChange) (func(annotate.AnnotatedArticle, todo) planned, error) {
	if b.What == annotate.BulkTag {
		return func(doc annotate.AnnotatedArticle, t todo) planned { return planTagging(doc, b.Wish, t.Places) }, nil
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return nil, err
	}
	value, err := codebook.Answer(annotate.Claim, b.Wish.Attribute, b.Wish.Value)
	if err != nil {
		return nil, err
	}
	return func(doc annotate.AnnotatedArticle, t todo) planned {
		return planRecoding(doc, b.Wish.Attribute, value, t.Claims)
	}, nil
}

// bulkHand is whose sets a bulk change of a's is about: those in which a found
// what is to be changed.
func (a Asker) bulkHand() (annotate.Hand, error) {
	hand := a.ListHand()
	if !hand.MayChange(a.Project.Mode, a.User.ID, a.Role) {
		return "", annotate.ErrForbidden
	}
	return hand, nil
}

// bulkArticle reads an article with its set by a hand. In place of one that is
// not there yet it has the shared set, which is empty: the append says why
// nothing can be done.
func (s *Store) bulkArticle(ctx context.Context, key setKey) (annotate.AnnotatedArticle, error) {
	doc, _, err := s.annotatedArticle(ctx, key)
	if errors.Is(err, annotate.ErrNotFound) && key.hand != Shared {
		doc, _, err = s.annotatedArticle(ctx, setKey{key.project, key.article, Shared})
	}
	return doc, err
}

// carryOut does what b is to do, or only works out what that would be.
func (s *Store) carryOut(ctx context.Context, project annotate.ID, b annotate.BulkChange, work map[annotate.ID]todo, dryRun bool) (annotate.BulkChange, error) {
	if !dryRun {
		return b, s.begin(ctx, project, b, work)
	}
	b.ID = ""
	plan, err := s.planner(ctx, project, b)
	if err != nil {
		return b, err
	}
	for _, article := range slices.Sorted(maps.Keys(work)) {
		doc, err := s.bulkArticle(ctx, setKey{project, article, b.Hand})
		if errors.Is(err, annotate.ErrNotFound) {
			continue
		}
		if err != nil {
			return b, err
		}
		p := plan(doc, work[article])
		b.Parts = append(b.Parts, annotate.BulkPart{Article: article, Headline: doc.Article.Headline, Done: len(p.operations), LeftOut: p.leftOut})
		b.Articles++
		if b.Done += len(p.operations); len(p.operations) > 0 {
			b.Changed++
		}
	}
	return b, nil
}
