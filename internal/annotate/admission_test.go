package annotate_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func incomingID(n int) annotate.ID {
	return annotate.ID(fmt.Sprintf("01980000-0000-7000-8000-%012x", n))
}

const (
	someone = iota + 1
	someEntity
	incomingArticle
	incomingRevision
	firstClaim
	secondClaim
	someSpeaker
	someLink
	someReview
	someComment
)

// incoming is an article as it might come from elsewhere, with nothing wrong
// with it.
func incoming() *annotate.AnnotatedArticle {
	const text = "Gates\n\n“They hold,” Brandt said.\n"
	sum := sha256.Sum256([]byte(text))
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	annotation := func(n int, kind string, start, end int) annotate.Annotation {
		return annotate.Annotation{
			ID: incomingID(n), Kind: kind, Fragments: []annotate.Fragment{{Start: start, End: end}}, Attributes: annotate.Attributes{}, Version: 2, Codebook: 3,
			CreatedBy: incomingID(someone), CreatedAt: at, UpdatedBy: incomingID(someone), UpdatedAt: at,
		}
	}
	approved, unreviewed := annotation(firstClaim, annotate.Claim, 8, 18), annotation(secondClaim, annotate.Claim, 0, 5)
	approved.Review, unreviewed.Review = annotate.Approved, annotate.Unreviewed
	approved.Attributes = annotate.Attributes{"quotation": "direct"}
	speaker := annotation(someSpeaker, annotate.Speaker, 20, 26)
	speaker.Entity = incomingID(someEntity)
	return &annotate.AnnotatedArticle{
		Article: annotate.Article{ID: incomingID(incomingArticle), Headline: "Gates", CreatedBy: incomingID(someone), CreatedAt: at},
		Revision: annotate.Revision{
			ID: incomingID(incomingRevision), Text: text, SHA256: sum[:], Normalisations: []annotate.Normalisation{annotate.CRLF}, Blocks: annotate.SplitBlocks(text),
		},
		Seq:         3,
		Annotations: []annotate.Annotation{unreviewed, approved, speaker},
		Links: []annotate.Link{{
			ID: incomingID(someLink), From: incomingID(firstClaim), To: incomingID(someSpeaker), Role: annotate.RoleSpeaker, Version: 1,
			CreatedBy: incomingID(someone), CreatedAt: at, UpdatedBy: incomingID(someone), UpdatedAt: at,
		}},
		Reviews: []annotate.Review{{
			ID: incomingID(someReview), Claim: incomingID(firstClaim), Version: 2, Decision: annotate.Approve, Reviewer: incomingID(someone), CreatedAt: at,
		}},
		Comments: []annotate.Comment{{ID: incomingID(someComment), Claim: incomingID(secondClaim), Author: incomingID(someone), Body: "Hm.", CreatedAt: at}},
	}
}

func admission() *annotate.Admission {
	return &annotate.Admission{
		Codebook: annotate.DefaultCodebook(), CodebookVersion: 3, People: map[annotate.ID]bool{incomingID(someone): true},
		Entities: map[annotate.ID]annotate.EntityType{incomingID(someEntity): annotate.Person}, Elsewhere: map[annotate.ID]bool{},
	}
}

func TestWhatCouldHaveBeenMadeHereMayComeIn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*annotate.Admission, *annotate.AnnotatedArticle){
		"as it is":       func(*annotate.Admission, *annotate.AnnotatedArticle) {},
		"without a hash": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Revision.SHA256 = nil },
		"made under earlier codebooks": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Annotations[0].Codebook, d.Annotations[1].Codebook = 1, 2
		},
		"without anything": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Seq, d.Annotations, d.Links, d.Reviews, d.Comments = 0, nil, nil, nil, nil
		},
		"after all was undone": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Annotations, d.Links, d.Reviews, d.Comments = nil, nil, nil, nil
		},
		"coded with what is now switched off": func(a *annotate.Admission, _ *annotate.AnnotatedArticle) {
			for i := range a.Codebook.Attributes {
				a.Codebook.Attributes[i].Active = false
			}
		},
		"an entity that has become something else": func(a *annotate.Admission, _ *annotate.AnnotatedArticle) {
			a.Entities[incomingID(someEntity)] = annotate.Place
		},
		"decided on twice at once": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			r := d.Reviews[0]
			r.ID, r.Decision, r.Reason = incomingID(100), annotate.Dispute, "No."
			d.Reviews = append(d.Reviews, r)
		},
		"decided on before an edit": func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Reviews[0].Version, d.Annotations[1].Review = 1, annotate.Unreviewed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, d := admission(), incoming()
			change(a, d)
			if err := a.Check(d); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatCouldNotHaveBeenMadeHereMayNotComeIn(t *testing.T) {
	t.Parallel()
	claim, speaker, link := "annotation "+string(incomingID(firstClaim)), "annotation "+string(incomingID(someSpeaker)), "link "+string(incomingID(someLink))
	review, comment := "review "+string(incomingID(someReview)), "comment "+string(incomingID(someComment))
	for name, tt := range map[string]struct {
		spoil func(*annotate.Admission, *annotate.AnnotatedArticle)
		want  []string
	}{
		"no id": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Article.ID = "" }, []string{"id: Give a UUID"}},
		"a headline too long": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Article.Headline = strings.Repeat("x", 501)
		}, []string{"headline: "}},
		"no text": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Revision.Text, d.Revision.SHA256 = " ", nil
		}, []string{"text: Give the article's text."}},
		"a text too long": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Revision.Text, d.Revision.SHA256 = strings.Repeat("x", annotate.MaxText+1), nil
		}, []string{"text: ", "4 MiB"}},
		"a byte order mark": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Revision.Text, d.Revision.SHA256 = "\ufeff"+d.Revision.Text, nil
		}, []string{"text: ", "byte order mark"}},
		"another text":          {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Revision.Text += "." }, []string{"sha256: "}},
		"a strange normalising": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Revision.Normalisations[0] = "nfc" }, []string{"normalisations: "}},
		"a strange block":       {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Revision.Blocks[1].Type = "verse" }, []string{"blocks[1].type: "}},
		"a block past the end":  {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Revision.Blocks[1].End = 99 }, []string{"blocks[1]: "}},
		"a negative seq":        {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Seq = -1 }, []string{"seq: "}},
		"a revision of another": {func(a *annotate.Admission, _ *annotate.AnnotatedArticle) {
			a.Elsewhere[incomingID(incomingRevision)] = true
		}, []string{"revision: ", "another article"}},
		"an id of another":    {func(a *annotate.Admission, _ *annotate.AnnotatedArticle) { a.Elsewhere[incomingID(someLink)] = true }, []string{link, "another article"}},
		"a review of another": {func(a *annotate.Admission, _ *annotate.AnnotatedArticle) { a.Elsewhere[incomingID(someReview)] = true }, []string{review, "another article"}},
		"nobody's":            {func(a *annotate.Admission, _ *annotate.AnnotatedArticle) { a.People = nil }, []string{"created_by: ", claim + ", created_by", claim + ", updated_by", link + ", created_by", review + ", created_by", comment + ", created_by"}},
		"no entity":           {func(a *annotate.Admission, _ *annotate.AnnotatedArticle) { a.Entities = nil }, []string{speaker + ", entity: "}},
		"a version too great": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Links[0].Version = 1 << 31 }, []string{link + ", version: "}},
		"a codebook to come":  {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Annotations[2].Codebook = 4 }, []string{speaker + ", codebook: ", "1 to 3"}},
		"no codebook":         {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Annotations[2].Codebook = 0 }, []string{speaker + ", codebook: "}},
		"a reviewed speaker":  {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Annotations[2].Review = annotate.Approved }, []string{speaker + ", review: "}},
		"a state of its own":  {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Annotations[0].Review = "verified" }, []string{"review: ", `"verified"`}},
		"a strange decision":  {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) { d.Reviews[0].Decision = "bless" }, []string{review + ", decision: "}},
		"nothing to comment on": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Comments[0].Claim = incomingID(someSpeaker)
		}, []string{comment + ", claim: "}},
		"a fragment twice": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Annotations[1].Fragments = append(d.Annotations[1].Fragments, annotate.Fragment{Start: 9, End: 10})
		}, []string{claim + ", fragments[1]: "}},
		"another quotation": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Annotations[1].Fragments[0].Exact = "They fold,"
		}, []string{claim + ", fragments[0].exact: ", `"They hold,"`}},
		"several things": {func(_ *annotate.Admission, d *annotate.AnnotatedArticle) {
			d.Annotations[1].Kind, d.Links[0].Role = "guess", "friend"
		}, []string{claim + ", kind: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, d := admission(), incoming()
			tt.spoil(a, d)
			bad, ok := errors.AsType[annotate.BadFile](a.Check(d))
			if !ok {
				t.Fatal("it may come in")
			}
			for _, words := range tt.want {
				if !strings.Contains(bad.Error(), words) {
					t.Errorf("%q does not say %q", bad, words)
				}
			}
			if bad[0].Article != d.Article.ID {
				t.Errorf("it is about the article %q", bad[0].Article)
			}
		})
	}
}

func TestASetOfMoreThanOneChangeSetMayComeIn(t *testing.T) {
	t.Parallel()
	const many = annotate.MaxOperations + 100
	d := incoming()
	text := strings.Repeat("word ", many)
	d.Revision.Text, d.Revision.SHA256, d.Revision.Blocks = text, nil, nil
	d.Links, d.Reviews, d.Comments, d.Annotations = nil, nil, nil, slices.Grow(d.Annotations[:0], many)
	speaker := incoming().Annotations[2]
	for n := range many {
		speaker.ID = incomingID(1000 + n)
		speaker.Fragments = []annotate.Fragment{{Start: n * 5, End: n*5 + 4}}
		d.Annotations = append(d.Annotations, speaker)
	}
	if err := admission().Check(d); err != nil {
		t.Fatal(err)
	}
	d.Annotations[many-1].ID = d.Annotations[0].ID
	if err := admission().Check(d); err == nil {
		t.Error("an id may be given twice, in two parts")
	}
}

func TestEverythingWrongIsToldUpToALimit(t *testing.T) {
	t.Parallel()
	d := incoming()
	d.Annotations = slices.Repeat(d.Annotations[2:], 50)
	for i := range d.Annotations {
		d.Annotations[i].ID, d.Annotations[i].Version = incomingID(1000+i), 0
	}
	bad, _ := errors.AsType[annotate.BadFile](admission().Check(d))
	if len(bad) != annotate.MaxComplaints {
		t.Errorf("%d complaints", len(bad))
	}
}

func TestEntitiesAndPeopleAreAdmitted(t *testing.T) {
	t.Parallel()
	good := annotate.Entity{ID: incomingID(1), Type: annotate.Person, Name: "Ilse Brandt"}
	nameless, strange, numbered := good, good, good
	nameless.Name, strange.Type, numbered.ID = " ", "ship", "1"
	for want, err := range map[string]error{
		"":                          good.Admit(),
		"name: Give a name.":        nameless.Admit(),
		"type: Choose":              strange.Admit(),
		"entity 1, id: Give a UUID": numbered.Admit(),
		"person 2, id: Give a UUID": annotate.User{ID: "2", Name: "Ana"}.Admit(),
		"person " + string(incomingID(3)) + ", name: ": annotate.User{ID: incomingID(3)}.Admit(),
	} {
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
