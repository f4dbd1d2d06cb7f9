package exchange_test

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onrecord.dev/internal/annotate"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// id is a version 7 UUID that is the same on every run.
func id(n int) annotate.ID { return annotate.ID(fmt.Sprintf("01980000-0000-7000-8000-%012x", n)) }

const (
	ana = iota + 1
	ben
	mayor
	gazette
)

// held is a corpus in memory.
type held struct {
	Origin   annotate.Origin
	Codebook *annotate.Codebook
	Version  int
	Earlier  []annotate.EarlierCodebook
	Entities []annotate.Entity
	People   []annotate.User
	Articles []annotate.AnnotatedArticle
}

func (h held) corpus() annotate.Corpus {
	return annotate.Corpus{
		Origin: h.Origin, Codebook: h.Codebook, CodebookVersion: h.Version, Earlier: h.Earlier,
		Entities: all(h.Entities), People: all(h.People), Articles: all(h.Articles),
	}
}

func all[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func collect(c annotate.Corpus) (held, error) {
	h := held{Origin: c.Origin, Codebook: c.Codebook, Version: c.CodebookVersion, Earlier: c.Earlier}
	var err error
	if h.Entities, err = gather(c.Entities); err != nil {
		return h, err
	}
	if h.People, err = gather(c.People); err != nil {
		return h, err
	}
	h.Articles, err = gather(c.Articles)
	return h, err
}

func gather[T any](items iter.Seq2[T, error]) (list []T, err error) {
	for item, err := range items {
		if err != nil {
			return list, err
		}
		list = append(list, item)
	}
	return list, nil
}

// same compares what a file can carry.
func same(t *testing.T, got, want held) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(annotate.Annotation{}, "Edited"),
		cmpopts.IgnoreFields(annotate.Fragment{}, "Exact")); diff != "" {
		t.Errorf("what was read is not what was written (-want +got):\n%s", diff)
	}
}

// sample has every member of the format in it, and what is hard about text.
func sample() held {
	return held{
		Origin:   annotate.Origin{Slug: "bridge", Name: `The "bridge" & <friends>`},
		Codebook: codebook(),
		Version:  3,
		Entities: []annotate.Entity{
			{ID: id(mayor), Type: annotate.Person, Name: "Ilse Maar", Description: "Mayor of Ostrava", Names: []annotate.EntityName{
				{Name: "I. Maar", Type: annotate.Short}, {Name: "Ilse Mar", Type: annotate.Spelling},
			}},
			{ID: id(gazette), Type: annotate.Outlet, Name: "Die Zeitung \u2028 ציפור"},
		},
		People:   []annotate.User{{ID: id(ana), Name: "Ana"}, {ID: id(ben), Name: "Ben \\ 🧑‍🚒"}},
		Articles: []annotate.AnnotatedArticle{bridge(), bare(), bidi()},
	}
}

func codebook() *annotate.Codebook {
	none := []annotate.EntityType{}
	kind := func(name, color string, entities []annotate.EntityType) annotate.Kind {
		return annotate.Kind{Name: name, Label: name, Color: color, Key: name[:1], Entities: entities, Active: true}
	}
	source := kind(annotate.Source, "green", []annotate.EntityType{annotate.Outlet, annotate.Document})
	source.Key = "o"
	cue := kind(annotate.Cue, "violet", none)
	cue.Key = ""
	cue.Guideline = "The words\nthat *signal* it."
	return &annotate.Codebook{
		Guidelines: "Look at the **headline** last.",
		Kinds: []annotate.Kind{
			kind(annotate.Claim, "amber", none), kind(annotate.Speaker, "blue", []annotate.EntityType{annotate.Person}), source, cue,
		},
		Attributes: []annotate.Attribute{
			{
				Name: "quotation", Label: "Quotation", Type: annotate.Choice, Kinds: []string{annotate.Claim}, Roles: []annotate.LinkRole{}, Active: true,
				Values: []annotate.Value{{Value: "direct", Label: "direct", Active: true}, {Value: "indirect", Label: "indirect", Guideline: "No marks.", Active: true}},
			},
			{
				Name: "topics", Label: "Topics", Type: annotate.Choices, Kinds: []string{annotate.Claim}, Roles: []annotate.LinkRole{},
				Values: []annotate.Value{{Value: "safety", Label: "safety", Active: true}, {Value: "cost", Label: "cost"}},
			},
			{
				Name: "note", Label: "Note", Type: annotate.Prose, Kinds: []string{annotate.Claim}, Roles: []annotate.LinkRole{annotate.RoleSource},
				Values: []annotate.Value{}, Active: true,
			},
		},
	}
}

// bridge is an article with a quotation in two parts, one claim within
// another, a chain of sources one of which the text does not mention, and
// reviews in every state.
func bridge() annotate.AnnotatedArticle {
	d := article(10, "Bridge \U0001F309 \"safe\"\n\n\u201CIt holds,\u201D Maar said, \u201Cand it will.\u201D\nThe lab wrote that salt got in\tthere, a tape says.\n")
	d.Article.Metadata = annotate.Metadata{
		URL: "https://news.example/bridge?a=1&b=2", Publisher: "The Gazette", Author: "R. Poe",
		DatePublished: "2026-11", DatePublishedOrigin: "page", InLanguage: "en",
	}
	d.Revision.Normalisations = []annotate.Normalisation{annotate.CRLF}
	d.Seq = 17
	claim := func(n int, state annotate.ReviewState, version int, fragments ...annotate.Fragment) annotate.Annotation {
		a := annotation(n, annotate.Claim, fragments...)
		a.Review, a.Version, a.UpdatedBy, a.UpdatedAt = state, version, id(ben), noon.Add(time.Minute+123456*time.Microsecond)
		return a
	}
	holds := claim(101, annotate.Approved, 2, at(&d, "It holds,"), at(&d, "and it will."))
	holds.Attributes = annotate.Attributes{"quotation": "direct", "topics": []string{"safety", "cost"}, "note": "a \"b\" \\ \u2028\u2029\u0085 \u00a0\u201c \x01\x7f"}
	salt := claim(102, annotate.Disputed, 1, at(&d, "salt got in"))
	salt.Codebook = 1
	wrote := claim(103, annotate.Rejected, 4, at(&d, "The lab wrote that salt got in"))
	says := claim(104, annotate.ChangesRequested, 1, at(&d, "a tape says"))
	again := claim(105, annotate.Unreviewed, 2, at(&d, "\"safe\""))
	maar := annotation(106, annotate.Speaker, at(&d, "Maar"))
	maar.Entity = id(mayor)
	unsaid := annotation(107, annotate.Source)
	unsaid.Entity = id(gazette)
	d.Annotations = []annotate.Annotation{
		holds, salt, wrote, says, again, maar, unsaid,
		annotation(108, annotate.Source, at(&d, "tape")), annotation(109, annotate.Cue, at(&d, "said")),
	}
	slices.SortFunc(d.Annotations, annotate.Annotation.Before)
	d.Links = []annotate.Link{
		link(201, 101, 106, annotate.RoleSpeaker), link(202, 102, 103, annotate.RoleWithin), link(203, 103, 108, annotate.RoleSource),
		link(204, 108, 107, annotate.RoleVia), link(205, 101, 109, annotate.RoleCue), link(206, 104, 106, annotate.RoleAddressee),
	}
	d.Links[2].Attributes = annotate.Attributes{"note": "heard twice"}
	d.Reviews = []annotate.Review{
		review(301, 101, 2, annotate.Approve, ""), review(302, 102, 1, annotate.Dispute, "No lab\nis named."),
		review(303, 103, 4, annotate.Reject, "Not said."), review(304, 104, 1, annotate.RequestChanges, "Shorter \U0001F44D."),
		review(305, 105, 1, annotate.Approve, "fine"),
	}
	d.Reviews[2].Imported = &annotate.Import{From: annotate.Origin{Slug: "salt-marsh", Name: "Salt & \"Marsh\""}}
	d.Comments = []annotate.Comment{{ID: id(401), Claim: id(101), Author: id(ana), Body: "See </script> p. 3", CreatedAt: noon.Add(time.Hour)}}
	return d
}

// bare is an article that nobody has touched.
func bare() annotate.AnnotatedArticle { return article(11, "One line") }

// bidi is Hebrew with points, an emoji of several code points and a
// decomposed accent.
func bidi() annotate.AnnotatedArticle {
	d := article(12, "שָׁלוֹם, אמרה 👩🏽‍🚒 לעיתון. Zele\u0301nskiy agreed.")
	d.Seq = 1
	d.Annotations = []annotate.Annotation{
		annotation(121, annotate.Speaker, at(&d, "👩🏽‍🚒")), annotation(122, annotate.Speaker, at(&d, "Zele\u0301nskiy")),
	}
	return d
}

func article(n int, text string) annotate.AnnotatedArticle {
	sum := sha256.Sum256([]byte(text))
	return annotate.AnnotatedArticle{
		Article: annotate.Article{ID: id(n), Headline: annotate.HeadlineOf(text), CreatedBy: id(ana), CreatedAt: noon},
		Revision: annotate.Revision{
			ID: id(n + 1000), Article: id(n), Number: 1, Text: text, SHA256: sum[:], Blocks: annotate.SplitBlocks(text), CreatedAt: noon,
		},
	}
}

// at is where the text first has exact.
func at(d *annotate.AnnotatedArticle, exact string) annotate.Fragment {
	text, want := []rune(d.Revision.Text), []rune(exact)
	for i := range text {
		if i+len(want) <= len(text) && slices.Equal(text[i:i+len(want)], want) {
			return annotate.Fragment{Start: i, End: i + len(want), Exact: exact}
		}
	}
	panic("the text has no " + exact)
}

func annotation(n int, kind string, fragments ...annotate.Fragment) annotate.Annotation {
	return annotate.Annotation{
		ID: id(n), Kind: kind, Fragments: fragments, Attributes: annotate.Attributes{}, Version: 1, Edited: 1, Codebook: 3,
		CreatedBy: id(ana), CreatedAt: noon, UpdatedBy: id(ana), UpdatedAt: noon,
	}
}

func link(n, from, to int, role annotate.LinkRole) annotate.Link {
	return annotate.Link{
		ID: id(n), From: id(from), To: id(to), Role: role, Attributes: annotate.Attributes{}, Version: 1,
		CreatedBy: id(ana), CreatedAt: noon, UpdatedBy: id(ben), UpdatedAt: noon.Add(time.Second),
	}
}

func review(n, claim, version int, decision annotate.Decision, reason string) annotate.Review {
	return annotate.Review{
		ID: id(n), Claim: id(claim), Version: version, Decision: decision, Reason: reason, Reviewer: id(ben), CreatedAt: noon.Add(time.Duration(n) * time.Second),
	}
}

// example is a small corpus to show people.
func example() held {
	const text = "Lock gates to open again\n\n“They will hold this winter,” Mila Brandt told the council on Tuesday.\n"
	d := article(20, text)
	d.Article.Publisher, d.Article.DatePublished, d.Article.DatePublishedOrigin, d.Article.InLanguage = "The Courier", "2026-11-23", "page", "en"
	d.Seq = 2
	claim := annotation(501, annotate.Claim, at(&d, "They will hold this winter,"))
	claim.Attributes, claim.Review = annotate.Attributes{"quotation": "direct"}, annotate.Approved
	speaker := annotation(502, annotate.Speaker, at(&d, "Mila Brandt"))
	speaker.Entity = id(mayor)
	d.Annotations = []annotate.Annotation{claim, speaker}
	d.Links = []annotate.Link{link(503, 501, 502, annotate.RoleSpeaker)}
	d.Reviews = []annotate.Review{review(504, 501, 1, annotate.Approve, "Heard it on the recording.")}
	h := sample()
	h.Articles = []annotate.AnnotatedArticle{d}
	return h
}
