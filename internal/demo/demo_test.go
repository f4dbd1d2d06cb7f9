package demo_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/demo"
)

// ids makes ids that are the same every time.
func ids() func() annotate.ID {
	n := 0
	return func() annotate.ID {
		n++
		return annotate.ID(fmt.Sprintf("01980000-0000-7000-8000-%012x", n))
	}
}

func project(t *testing.T) *demo.Project {
	t.Helper()
	p, err := demo.New(ids())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// played is a story after all its steps, taken under the rules of the domain.
type played struct {
	demo.Story
	*annotate.State
	text     *annotate.Text
	reviews  []annotate.Review
	comments int
	entities map[annotate.ID]annotate.Entity
}

func play(t *testing.T, p *demo.Project, story demo.Story) *played {
	t.Helper()
	now := &played{Story: story, State: annotate.NewState(nil, nil), text: annotate.NewText(story.Text), entities: map[annotate.ID]annotate.Entity{}}
	for _, e := range p.Entities {
		now.entities[e.ID], now.Entities[e.ID] = e, e.Type
	}
	for i, step := range story.Steps {
		if err := now.take(step, i); err != nil {
			t.Fatalf("step %d of %q: %v", i, story.Article.Headline, err)
		}
	}
	return now
}

func (p *played) take(step demo.Step, i int) error {
	by := annotate.ID(step.By)
	switch {
	case step.Review != nil:
		r := *step.Review
		claim := p.Annotations[r.Claim]
		r.Reviewer, r.Version = by, claim.Version
		verdict, err := r.Decide(annotate.Standing{Claim: claim}, annotate.Rules{Quorum: 1})
		claim.Review = verdict.State
		p.Annotations[r.Claim] = claim
		p.reviews = append(p.reviews, r)
		return err
	case step.Comment != nil:
		p.comments++
		return step.Comment.Validate()
	}
	operations := slices.Clone(step.Operations)
	for i, op := range operations {
		if op.Annotation != nil {
			a := *op.Annotation
			a.Version = p.Annotations[a.ID].Version
			operations[i].Annotation = &a
		}
	}
	_, err := p.Apply(annotate.ChangeSet{
		ID: annotate.ID(fmt.Sprint(i)), Author: by, At: time.Unix(int64(i), 0), Operations: operations,
	}, p.text, annotate.DefaultCodebook())
	return err
}

// led are the annotations to which links in role lead from id.
func (p *played) led(id annotate.ID, role annotate.LinkRole) []annotate.Annotation {
	var found []annotate.Annotation
	for _, l := range p.Links {
		if l.From == id && l.Role == role && !l.Deleted {
			found = append(found, p.Annotations[l.To])
		}
	}
	return found
}

// stage is how far the article has come.
func (p *played) stage() string {
	stage := "untagged"
	for _, a := range p.Annotations {
		switch {
		case a.Kind != annotate.Claim:
		case a.Review == annotate.Unreviewed || a.Review == annotate.ChangesRequested:
			return "open"
		default:
			stage = "done"
		}
	}
	return stage
}

// words is what a has tagged, its fragments apart.
func (p *played) words(a annotate.Annotation) string {
	var words []string
	for _, f := range a.Fragments {
		words = append(words, p.text.Slice(f.Start, f.End))
	}
	return strings.Join(words, " […] ")
}

func all(t *testing.T) []*played {
	t.Helper()
	p := project(t)
	var stories []*played
	for _, story := range p.Stories {
		stories = append(stories, play(t, p, story))
	}
	return stories
}

func TestTheRulesAcceptEveryStory(t *testing.T) {
	p := project(t)
	if len(p.Stories) < 4 {
		t.Fatalf("%d stories, want 4 or more", len(p.Stories))
	}
	bad := annotate.Invalid{}
	bad.ValidateSlug(p.Slug)
	bad.ValidateName("name", p.Name)
	for _, person := range p.People {
		bad.ValidateEmail(person.Email)
		bad.ValidateName("person", person.Name)
		if !person.Role.Valid() || !strings.HasSuffix(person.Email, ".example") {
			t.Errorf("%+v", person)
		}
	}
	if err := bad.Err(); err != nil {
		t.Error(err)
	}
	for _, e := range p.Entities {
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
	for _, story := range p.Stories {
		t.Run(story.Article.Headline, func(t *testing.T) {
			if err := story.Article.Validate(); err != nil {
				t.Error(err)
			}
			if text, done, err := annotate.Normalise(story.Text); text != story.Text || len(done) > 0 || err != nil {
				t.Errorf("its text would be changed: %v, %v", done, err)
			}
			if n := len(strings.Fields(story.Text)); n < 390 || n > 900 {
				t.Errorf("it has %d words, want about 400 to 900", n)
			}
			play(t, p, story)
		})
	}
}

func TestEveryClaimSaysWhoOrThatNobodyDoes(t *testing.T) {
	for _, p := range all(t) {
		for _, a := range p.Annotations {
			if a.Kind != annotate.Claim {
				continue
			}
			notStated, _ := a.Attributes["not_stated"].([]string)
			speakers, sources := p.led(a.ID, annotate.RoleSpeaker), p.led(a.ID, annotate.RoleSource)
			if len(speakers) == 0 && !slices.Contains(notStated, "speaker") {
				t.Errorf("%q has no speaker, and nobody looked", p.words(a))
			}
			if len(speakers) > 0 && slices.Contains(notStated, "speaker") || len(sources) > 0 && slices.Contains(notStated, "source") {
				t.Errorf("%q has what is not stated", p.words(a))
			}
			if a.Attributes["quotation"] == "non_response" != (a.Attributes["non_response"] != nil) {
				t.Errorf("%q is a %v and a %v", p.words(a), a.Attributes["quotation"], a.Attributes["non_response"])
			}
		}
	}
}

// TestQuotationsAreWhatTheirMarksSay derives the quotation from where the
// marks stand, for all claims but those within another's marks.
func TestQuotationsAreWhatTheirMarksSay(t *testing.T) {
	const opens, closes = "\"“«‘—", "\"”»’"
	for _, p := range all(t) {
		for _, a := range p.Annotations {
			if a.Kind != annotate.Claim || len(p.led(a.ID, annotate.RoleWithin)) > 0 {
				continue
			}
			words := strings.TrimRightFunc(p.words(a), func(r rune) bool {
				return unicode.In(r, unicode.So, unicode.Sk, unicode.M) || r == '\u200d' || r == ' '
			})
			begins := strings.ContainsAny(firstRune(words), opens)
			ends := strings.ContainsAny(lastRune(words), closes) || strings.HasPrefix(words, "—")
			inside := strings.ContainsAny(words, "\"“«")
			want := []string{"indirect", "reported", "free_indirect", "non_response"}
			switch {
			case begins && ends:
				want = []string{"direct"}
			case inside:
				want = []string{"mixed"}
			}
			if got, _ := a.Attributes["quotation"].(string); !slices.Contains(want, got) {
				t.Errorf("%q is %q, and its marks say %v", p.words(a), got, want)
			}
		}
	}
}

func firstRune(s string) string { return string([]rune(s)[:1]) }

func lastRune(s string) string { return string([]rune(s)[len([]rune(s))-1:]) }

func TestTaggedWordsBeginAndEndWithWords(t *testing.T) {
	for _, p := range all(t) {
		for _, a := range p.Annotations {
			for _, f := range a.Fragments {
				if words := p.text.Slice(f.Start, f.End); words != strings.TrimSpace(words) || strings.HasSuffix(words, ",") {
					t.Errorf("%q has something too much at its edge", words)
				}
			}
		}
	}
}

// TestTheStoriesShowWhatThereIs lists what an analyst should find somewhere in
// the demonstration.
func TestTheStoriesShowWhatThereIs(t *testing.T) {
	seen := map[string]int{}
	for _, p := range all(t) {
		for _, a := range p.Annotations {
			seen[a.Kind]++
			if a.Kind == annotate.Claim {
				seen["review "+string(a.Review)]++
			}
			if len(a.Fragments) > 1 {
				seen["split "+a.Kind]++
			}
			for name, value := range a.Attributes {
				seen[fmt.Sprint(name, " ", value)]++
			}
			if e, ok := p.entities[a.Entity]; ok && !strings.EqualFold(e.Name, p.words(a)) {
				seen["another name"]++
			}
		}
		for _, l := range p.Links {
			seen[string(l.Role)]++
			for name, value := range l.Attributes {
				seen[fmt.Sprint(name, " ", value)]++
			}
		}
		reviewed := map[annotate.ID]bool{}
		for _, r := range p.reviews {
			if reviewed[r.Claim] = true; p.Annotations[r.Claim].Review == annotate.Unreviewed {
				seen["reviewed and changed since"]++
			}
		}
		seen["comment"] += p.comments
		longest := 0
		attributions := annotate.NewAttributions(slices.Collect(maps.Values(p.Annotations)), slices.Collect(maps.Values(p.Links)))
		for _, a := range p.Annotations {
			for _, chain := range attributions.Of(a).Chains {
				longest = max(longest, len(chain))
			}
		}
		seen[fmt.Sprint("chain of ", longest)]++
		if p.Article.DatePublished == "" {
			seen["no date"]++
		}
		seen["article "+p.stage()]++
		for _, r := range p.Text {
			switch {
			case unicode.Is(unicode.Hebrew, r), unicode.Is(unicode.Arabic, r):
				seen["right to left"]++
			case unicode.Is(unicode.Mn, r):
				seen["combining"]++
			case r > 0xffff:
				seen["beyond the first plane"]++
			}
		}
	}
	for _, what := range []string{
		"claim", "speaker", "source", "cue", "split claim", "another name", "comment", "no date", "chain of 4",
		"right to left", "combining", "beyond the first plane", "reviewed and changed since",
		"article untagged", "article open", "article done",
		"review unreviewed", "review approved", "review disputed", "review rejected", "review changes_requested",
		"quotation direct", "quotation mixed", "quotation indirect", "quotation reported", "quotation free_indirect", "quotation non_response",
		"modality actual", "modality future", "modality conditional", "modality hypothetical",
		"non_response declined", "non_response no_immediate_response", "non_response acknowledged_receipt",
		"non_response unreachable", "non_response referred_elsewhere",
		"not_stated [speaker]", "not_stated [source]", "not_stated [speaker source]", "time last month", "time on Tuesday",
		"certainty CT+", "certainty PR+", "certainty PS+", "certainty CT-", "certainty CTu", "certainty Uu",
		"relation transcribed_by", "relation reported_by", "relation republished_by", "relation translated_by",
		"addressee", "within", "via", "verification unverified_by_outlet", "on_record background", "on_record off_record",
		"source_type court_record", "source_type law_order", "source_type vote_poll", "channel press_conference",
	} {
		if seen[what] == 0 {
			t.Errorf("no story has: %s", what)
		}
	}
}

func TestNobodyReviewsTheirOwn(t *testing.T) {
	for _, p := range all(t) {
		for _, r := range p.reviews {
			if r.Reviewer == annotate.ID(p.AddedBy) {
				t.Errorf("%s decides on a claim of theirs", r.Reviewer)
			}
		}
	}
}

func TestEachProjectHasIdsOfItsOwn(t *testing.T) {
	newID := ids()
	a, err := demo.New(newID)
	b, err2 := demo.New(newID)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if a.Stories[0].Article.ID == b.Stories[0].Article.ID || a.Entities[0].ID == b.Entities[0].ID {
		t.Error("two projects share ids")
	}
}
