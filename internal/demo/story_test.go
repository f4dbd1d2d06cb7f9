package demo

import (
	"fmt"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func counter() func() annotate.ID {
	n := 0
	return func() annotate.ID {
		n++
		return annotate.ID(fmt.Sprint(n))
	}
}

func TestMarkupIsTakenOut(t *testing.T) {
	m, err := parseMarkup("{c1 “{s2 Zoë} 👩‍🚒,”} {u1 said} {s1 Ana}. {c1 “No.”}")
	if err != nil {
		t.Fatal(err)
	}
	if want := "“Zoë 👩‍🚒,” said Ana. “No.”"; m.text != want {
		t.Errorf("the text is %q, want %q", m.text, want)
	}
	runes := []rune(m.text)
	want := map[string]string{"c1": "“Zoë 👩‍🚒,” “No.”", "s1": "Ana", "s2": "Zoë", "u1": "said"}
	for label, want := range want {
		var got []string
		for _, f := range m.spans[label] {
			got = append(got, f.Exact)
			if there := string(runes[f.Start:f.End]); there != f.Exact {
				t.Errorf("%s says that %q stands where %q does", label, f.Exact, there)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
	if len(m.spans) != len(want) {
		t.Errorf("%d labels, want %d", len(m.spans), len(want))
	}
}

func TestStoriesThatDoNotHoldTogetherAreRefused(t *testing.T) {
	cast := []annotate.Entity{{ID: "ana", Type: annotate.Person, Name: "Ana Ruiz"}}
	const head, text = "publisher: Courier\n---\n", "Headline\n\n{c1 “No,”} {u1 said} {s1 Ana}.\n---\n"
	tests := map[string]struct{ file, complaint string }{
		"two parts only":       {"publisher: Courier\n---\nHeadline\n", "three parts"},
		"an unknown heading":   {"editor: Ana\n---\n" + text, `"editor: Ana" says nothing`},
		"a brace left open":    {head + "{c1 No\n---\n", "c1 is not closed"},
		"a brace too many":     {head + "No}.\n---\n", "nothing to close"},
		"a brace for no label": {head + "{No}.\n---\n", "no label"},
		"nobody of that name":  {head + text + "s1 is=\"Ben\"\n", `line 7: "Ben" is not in the cast`},
		"a link to nowhere":    {head + text + "c1 quotation=direct\n  speaker s2\n", "line 8: s2 is neither"},
		"a link without end":   {head + text + "c1\n  speaker\n", "a role and a label"},
		"a note on nothing":    {head + text + "  speaker s1\n", "nothing yet"},
		"words without use":    {head + text + "c1\n  speaker s1\n", "no claim leads to u1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parseStory(tt.file, cast, counter())
			if err == nil || !strings.Contains(err.Error(), tt.complaint) {
				t.Errorf("got %v, want a complaint that %s", err, tt.complaint)
			}
		})
	}
}

func TestNotesBecomeSteps(t *testing.T) {
	cast := []annotate.Entity{{ID: "ana", Type: annotate.Person, Name: "Ana Ruiz"}}
	story, err := parseStory(`publisher: Courier
published: 2026-11
added by: manager
---
Headline

{c1 “No,”} {u1 said} {s1 Ana}. {c2 “Never.”}
---
s2 is="Ana Ruiz"
c1 quotation=direct not_stated=source,speaker time="last \"month\""
  speaker s1 certainty=CT+
  cue u1
  review dispute by=reviewer reason="Who says?"
  later quotation=mixed
  later time=now
  comment "Ana does." by=analyst
c2
  speaker s1
  addressee s2
s1 is="Ana Ruiz"
`, cast, counter())
	if err != nil {
		t.Fatal(err)
	}
	if a := story.Article; story.AddedBy != annotate.Manager || a.Headline != "Headline" || a.Publisher != "Courier" ||
		a.DatePublished != "2026-11" || a.DatePublishedOrigin != "page" {
		t.Errorf("the article is %+v, added by %s", a, story.AddedBy)
	}
	var got []string
	for _, step := range story.Steps {
		got = append(got, tell(step))
	}
	want := []string{
		`manager: put claim [“No,”] map[not_stated:[source speaker] quotation:direct time:last "month"]; put speaker [Ana] map[] ana; speaker map[certainty:CT+]; put cue [said] map[]; cue map[]`,
		`manager: put claim [“Never.”] map[]; speaker map[]; put speaker [] map[] ana; addressee map[]`,
		`reviewer: dispute, Who says?`,
		`manager: put claim [“No,”] map[not_stated:[source speaker] quotation:mixed time:last "month"]`,
		`manager: put claim [“No,”] map[not_stated:[source speaker] quotation:mixed time:now]`,
		`analyst: Ana does.`,
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("the steps are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func tell(s Step) string {
	var did []string
	for _, op := range s.Operations {
		if l := op.Link; l != nil {
			did = append(did, fmt.Sprint(l.Role, " ", l.Attributes))
			continue
		}
		var words []string
		for _, f := range op.Annotation.Fragments {
			words = append(words, f.Exact)
		}
		did = append(did, strings.TrimSpace(fmt.Sprint(op.Op, " ", op.Annotation.Kind, " ", words, " ", op.Annotation.Attributes, " ", op.Annotation.Entity)))
	}
	switch {
	case s.Review != nil:
		did = append(did, fmt.Sprint(s.Review.Decision, ", ", s.Review.Reason))
	case s.Comment != nil:
		did = append(did, s.Comment.Body)
	}
	return fmt.Sprint(s.By, ": ", strings.Join(did, "; "))
}

func TestTheCastHasNames(t *testing.T) {
	cast, err := parseCast("person Ana Ruiz: mayor of: everything\n  title the mayor\n  short Ana\n\noutlet Courier\n", counter())
	if err != nil {
		t.Fatal(err)
	}
	if len(cast) != 2 || cast[0].Name != "Ana Ruiz" || cast[0].Description != "mayor of: everything" || len(cast[0].Names) != 2 ||
		cast[0].Names[0] != (annotate.EntityName{Name: "the mayor", Type: annotate.Title}) || cast[1].Type != annotate.Outlet || cast[1].ID == cast[0].ID {
		t.Errorf("got %+v", cast)
	}
	for _, text := range []string{"ship Aurora", "  title the mayor", "person", "person Ana\n  nickname Annie"} {
		if cast, err := parseCast(text, counter()); err == nil {
			t.Errorf("%q is read as %+v", text, cast)
		}
	}
}
