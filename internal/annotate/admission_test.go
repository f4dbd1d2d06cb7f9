package annotate_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

// arrived is the article of newSet as it would come from another instance:
// approved, rejected after an earlier approval, and remarked upon.
func arrived(t *testing.T) *annotate.AnnotatedArticle {
	t.Helper()
	s := newSet(t)
	speaks := s.Annotations[speaker]
	speaks.Entity = ana
	s.must(t, other, put(speaks))
	sum := sha256.Sum256([]byte(story))
	d := &annotate.AnnotatedArticle{
		Article: annotate.Article{ID: id(501), Headline: "Bridge is safe", CreatedBy: author, CreatedAt: start},
		Revision: annotate.Revision{
			ID: id(502), Article: id(501), Number: 1, Text: story, SHA256: sum[:], Normalisations: []annotate.Normalisation{annotate.CRLF},
			Blocks: annotate.SplitBlocks(story), CreatedAt: start,
		},
		Seq: 3,
		Reviews: []annotate.Review{
			{ID: id(511), Claim: claim, Version: 1, Decision: annotate.Approve, Reviewer: other, CreatedAt: start},
			{ID: id(512), Claim: claim, Version: 2, Decision: annotate.Reject, Reason: "A title.", Reviewer: other, CreatedAt: start},
			{ID: id(513), Claim: alone, Version: 1, Decision: annotate.Approve, Reviewer: other, CreatedAt: start},
		},
		Comments: []annotate.Comment{{ID: id(521), Claim: inner, Author: author, Body: "Look again.", CreatedAt: start}},
	}
	for _, a := range s.Annotations {
		switch a.ID {
		case claim:
			a.Review = annotate.Rejected
		case alone:
			a.Review = annotate.Approved
		}
		if !a.Deleted {
			d.Annotations = append(d.Annotations, a)
		}
	}
	for _, l := range s.Links {
		if !l.Deleted {
			d.Links = append(d.Links, l)
		}
	}
	slices.SortFunc(d.Annotations, annotate.Annotation.Before)
	slices.SortFunc(d.Links, func(a, b annotate.Link) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return d
}

func gate() *annotate.Admission {
	return &annotate.Admission{
		Codebook:  annotate.DefaultCodebook(),
		People:    map[annotate.ID]bool{author: true, other: true},
		Entities:  map[annotate.ID]annotate.EntityType{ana: annotate.Person, courier: annotate.Outlet, harbour: annotate.Place},
		Elsewhere: map[annotate.ID]bool{elsewhere: true},
	}
}

// of finds the annotation called id in d.
func of(d *annotate.AnnotatedArticle, id annotate.ID) *annotate.Annotation {
	i := slices.IndexFunc(d.Annotations, func(a annotate.Annotation) bool { return a.ID == id })
	return &d.Annotations[i]
}

func TestNothingEntersThatCouldNotHaveBeenMadeHere(t *testing.T) {
	type doc = *annotate.AnnotatedArticle
	tests := map[string]struct {
		change func(d doc)
		want   []string // item, id and field of each complaint
	}{
		"what was made elsewhere": {func(doc) {}, nil},
		"without a sum":           {func(d doc) { d.Revision.SHA256 = nil }, nil},
		"what is switched off here": {func(d doc) {
			of(d, claim).Attributes = annotate.Attributes{"stance": "support"}
		}, nil},
		"an entity of a type its kind no longer has": {func(d doc) { of(d, speaker).Entity = harbour }, nil},

		"an article's bad id":      {func(d doc) { d.Article.ID = "7" }, []string{"  id"}},
		"a revision's bad id":      {func(d doc) { d.Revision.ID = annotate.ID(strings.ToUpper(string(id(0xabc)))) }, []string{"  revision"}},
		"bad metadata":             {func(d doc) { d.Article.Headline, d.Article.InLanguage = "", "English" }, []string{"  headline", "  inLanguage"}},
		"nobody's article":         {func(d doc) { d.Article.CreatedBy = id(303) }, []string{"  created_by"}},
		"no text":                  {func(d doc) { d.Revision.Text, d.Revision.SHA256 = " ", nil }, []string{"  text"}},
		"a text with line ends":    {func(d doc) { d.Revision.Text, d.Revision.SHA256 = "a\r\nb", nil }, []string{"  text"}},
		"a text that is too long":  {func(d doc) { d.Revision.Text, d.Revision.SHA256 = strings.Repeat("a", annotate.MaxText+1), nil }, []string{"  text"}},
		"another text":             {func(d doc) { d.Revision.Text += "!" }, []string{"  sha256"}},
		"an unknown change":        {func(d doc) { d.Revision.Normalisations = []annotate.Normalisation{"nfc"} }, []string{"  normalisations"}},
		"a negative seq":           {func(d doc) { d.Seq = -1 }, []string{"  seq"}},
		"annotations from nothing": {func(d doc) { d.Seq = 0 }, []string{"  seq"}},

		"a block of no type":     {func(d doc) { d.Revision.Blocks[0].Type = "table" }, []string{"  blocks[0].type"}},
		"a block past the end":   {func(d doc) { d.Revision.Blocks[0].End = 10_000 }, []string{"  blocks[0]"}},
		"an empty block":         {func(d doc) { d.Revision.Blocks[0].End = 0 }, []string{"  blocks[0]"}},
		"blocks that overlap":    {func(d doc) { d.Revision.Blocks = append(d.Revision.Blocks, d.Revision.Blocks[0]) }, []string{"  blocks[1]"}},
		"an annotation from 0":   {func(d doc) { of(d, cue).Version = 0 }, []string{fmt.Sprint("annotation ", cue, " version")}},
		"a link of no version":   {func(d doc) { d.Links[0].Version = 1 << 40 }, []string{fmt.Sprint("link ", said, " version")}},
		"an annotation by noone": {func(d doc) { of(d, cue).UpdatedBy = "" }, []string{fmt.Sprint("annotation ", cue, " updated_by")}},
		"a link without a time":  {func(d doc) { d.Links[0].CreatedAt = d.Links[0].CreatedAt.AddDate(-3000, 0, 0) }, []string{fmt.Sprint("link ", said, " created_at")}},

		"a revision's id that is taken": {func(d doc) { d.Revision.ID = elsewhere }, []string{"  revision"}},
		"a review's id that is taken":   {func(d doc) { d.Reviews[0].ID = elsewhere }, []string{fmt.Sprint("review ", elsewhere, " id")}},
		"an id that is taken": {func(d doc) {
			of(d, alone).ID = elsewhere
			d.Reviews = d.Reviews[:2]
			of(d, elsewhere).Review = annotate.Unreviewed
		}, []string{fmt.Sprint("annotation ", elsewhere, " id")}},
		"an unknown kind":            {func(d doc) { of(d, cue).Kind = "rumour"; d.Links = d.Links[:2] }, []string{fmt.Sprint("annotation ", cue, " kind")}},
		"a fragment past the end":    {func(d doc) { of(d, cue).Fragments[0].End = 10_000 }, []string{fmt.Sprint("annotation ", cue, " fragments[0].end")}},
		"an unknown entity":          {func(d doc) { of(d, speaker).Entity = id(104) }, []string{fmt.Sprint("annotation ", speaker, " entity")}},
		"an unknown value":           {func(d doc) { of(d, claim).Attributes = annotate.Attributes{"quotation": "shouted"} }, []string{fmt.Sprint("annotation ", claim, " attributes.quotation")}},
		"a link of the wrong role":   {func(d doc) { d.Links[0].Role = annotate.RoleCue }, []string{fmt.Sprint("link ", said, " to")}},
		"a link to nothing":          {func(d doc) { d.Links[0].To = gone }, []string{fmt.Sprint("link ", said, " to")}},
		"a cue that is reviewed":     {func(d doc) { of(d, cue).Review = annotate.Approved }, []string{fmt.Sprint("annotation ", cue, " review")}},
		"a state there is not":       {func(d doc) { of(d, inner).Review = "read" }, []string{fmt.Sprint("annotation ", inner, " review")}},
		"a state nobody decided":     {func(d doc) { of(d, inner).Review = annotate.Approved }, []string{fmt.Sprint("annotation ", inner, " review")}},
		"a state of an earlier time": {func(d doc) { of(d, claim).Review = annotate.Approved }, []string{fmt.Sprint("annotation ", claim, " review")}},
		"a decision without effect":  {func(d doc) { of(d, alone).Review = annotate.Unreviewed }, []string{fmt.Sprint("annotation ", alone, " review")}},

		"a review's bad id":         {func(d doc) { d.Reviews[0].ID = "7" }, []string{"review 7 id"}},
		"one review twice":          {func(d doc) { d.Reviews[1].ID = d.Reviews[0].ID }, []string{fmt.Sprint("review ", id(511), " id")}},
		"a review of no claim":      {func(d doc) { d.Reviews[0].Claim = cue }, []string{fmt.Sprint("review ", id(511), " claim"), fmt.Sprint("review ", id(511), " version")}},
		"a review of a later time":  {func(d doc) { d.Reviews[0].Version = 3 }, []string{fmt.Sprint("review ", id(511), " version")}},
		"a review without a reason": {func(d doc) { d.Reviews[1].Reason = " " }, []string{fmt.Sprint("review ", id(512), " reason")}},
		"a review by a stranger":    {func(d doc) { d.Reviews[0].Reviewer = id(303) }, []string{fmt.Sprint("review ", id(511), " created_by")}},
		"a decision there is not":   {func(d doc) { d.Reviews[0].Decision, d.Reviews[0].Reason = "read", "Read." }, []string{fmt.Sprint("review ", id(511), " decision")}},
		"an empty comment":          {func(d doc) { d.Comments[0].Body = "" }, []string{fmt.Sprint("comment ", id(521), " body")}},
		"a comment on a source":     {func(d doc) { d.Comments[0].Claim = tape }, []string{fmt.Sprint("comment ", id(521), " claim")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := arrived(t)
			tt.change(d)
			err := gate().Check(d)
			var got []string
			if bad, ok := errors.AsType[annotate.BadFile](err); ok {
				for _, b := range bad {
					got = append(got, fmt.Sprint(b.Item, " ", b.ItemID, " ", b.Field))
					if b.Article != d.Article.ID || b.Message == "" || !strings.Contains(err.Error(), b.Message) {
						t.Errorf("the complaint %+v does not say what of which article", b)
					}
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("complaints are %q, want %q: %v", got, tt.want, err)
			}
		})
	}
}

func TestComplaintsComeToAnEnd(t *testing.T) {
	d := arrived(t)
	for range 100 {
		d.Comments = append(d.Comments, annotate.Comment{})
	}
	bad, _ := errors.AsType[annotate.BadFile](gate().Check(d))
	if len(bad) != annotate.MaxComplaints {
		t.Errorf("%d complaints, want %d", len(bad), annotate.MaxComplaints)
	}
}

func TestPeopleAndEntitiesAreAdmitted(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"a person":                   {annotate.User{ID: id(1), Name: "Ana"}.Admit(), ""},
		"a person without a name":    {annotate.User{ID: id(1)}.Admit(), "person " + string(id(1)) + ", name: "},
		"a person without an id":     {annotate.User{Name: "Ana"}.Admit(), "person, id: "},
		"an entity":                  {annotate.Entity{ID: id(1), Type: annotate.Person, Name: "Ana"}.Admit(), ""},
		"an entity without a type":   {annotate.Entity{ID: id(1), Name: "Ana"}.Admit(), "entity " + string(id(1)) + ", type: "},
		"an entity with a short id":  {annotate.Entity{ID: "7", Type: annotate.Person, Name: "Ana"}.Admit(), "entity 7, id: "},
		"an entity with a blank one": {annotate.Entity{Type: annotate.Person}.Admit(), "entity, id: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.want == "" {
				if tt.err != nil {
					t.Errorf("got %v", tt.err)
				}
				return
			}
			if tt.err == nil || !strings.HasPrefix(tt.err.Error(), tt.want) {
				t.Errorf("got %v, want %s…", tt.err, tt.want)
			}
		})
	}
}

func TestOneCodebookCoversAnother(t *testing.T) {
	type codebook = annotate.Codebook
	tests := map[string]struct {
		change    func(ours *codebook)
		complaint string
	}{
		"the same": {func(*codebook) {}, ""},
		"other words, colours and keys, and all that can be off is off": {func(c *codebook) {
			for i := range c.Kinds {
				c.Kinds[i].Label, c.Kinds[i].Color, c.Kinds[i].Key, c.Kinds[i].Guideline = "x", "slate", "", ""
			}
			for i := range c.Attributes {
				c.Attributes[i].Label, c.Attributes[i].Active = "x", false
			}
		}, ""},
		"one kind less":          {func(c *codebook) { c.Kinds = c.Kinds[:3] }, `no kind "cue"`},
		"a kind for no entities": {func(c *codebook) { c.Kinds[1].Entities = nil }, `no entities for the kind "speaker"`},
		"one attribute less":     {func(c *codebook) { c.Attributes = c.Attributes[1:] }, `no attribute "quotation"`},
		"one value less":         {func(c *codebook) { c.Attributes[0].Values = c.Attributes[0].Values[1:] }, `"quotation" has no value "direct"`},
		"another type":           {func(c *codebook) { c.Attributes[0].Type = annotate.Choices }, `"quotation" is a choices`},
		"asked of other kinds":   {func(c *codebook) { c.Attributes[0].Kinds = []string{annotate.Cue} }, `does not ask "quotation" of a claim`},
		"asked in other roles": {func(c *codebook) {
			i := slices.IndexFunc(c.Attributes, func(a annotate.Attribute) bool { return a.Name == "relation" })
			c.Attributes[i].Roles = nil
		}, `does not ask "relation" of a link in the role via`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ours := annotate.DefaultCodebook()
			tt.change(ours)
			err := ours.Covers(annotate.DefaultCodebook())
			if tt.complaint == "" {
				if err != nil {
					t.Errorf("got %v, want it covered", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.complaint) {
				t.Errorf("got %v, want … %s", err, tt.complaint)
			}
		})
	}
}

func TestArticlesAreTheSameDownToTheVersions(t *testing.T) {
	type doc = *annotate.AnnotatedArticle
	one := arrived(t)
	shuffled := arrived(t)
	slices.Reverse(shuffled.Annotations)
	slices.Reverse(shuffled.Links)
	slices.Reverse(shuffled.Reviews)
	if !one.Same(one) || !one.Same(shuffled) || !shuffled.Same(one) {
		t.Error("the same article in another order is another")
	}
	for name, change := range map[string]func(d doc){
		"headline":      func(d doc) { d.Article.Headline += "!" },
		"url":           func(d doc) { d.Article.URL = "https://courier.example" },
		"added later":   func(d doc) { d.Article.CreatedAt = d.Article.CreatedAt.Add(1) },
		"text":          func(d doc) { d.Revision.Text += "!" },
		"blocks":        func(d doc) { d.Revision.Blocks = nil },
		"normalised":    func(d doc) { d.Revision.Normalisations = nil },
		"seq":           func(d doc) { d.Seq++ },
		"an annotation": func(d doc) { d.Annotations = d.Annotations[1:] },
		"its version":   func(d doc) { of(d, cue).Version++ },
		"its words":     func(d doc) { of(d, cue).Fragments[0].End-- },
		"its author":    func(d doc) { of(d, cue).UpdatedBy = other },
		"its state":     func(d doc) { of(d, claim).Review = annotate.Disputed },
		"a link":        func(d doc) { d.Links[0].Role = annotate.RoleAddressee },
		"its attribute": func(d doc) { d.Links[0].Attributes = annotate.Attributes{"certainty": "Uu"} },
		"a review":      func(d doc) { d.Reviews[0].Reason = "No." },
		"its time":      func(d doc) { d.Reviews[0].CreatedAt = d.Reviews[0].CreatedAt.Add(1) },
		"a comment":     func(d doc) { d.Comments[0].Body = "No." },
	} {
		t.Run(name, func(t *testing.T) {
			d := arrived(t)
			change(d)
			if one.Same(d) || d.Same(one) {
				t.Error("another article is the same")
			}
		})
	}
}

func TestComplaintsSayWhere(t *testing.T) {
	whole := annotate.BadRecord{Line: 7, Record: 2, Article: "a", Item: "link", ItemID: "l", Field: "to", Message: "No."}
	tests := map[string]annotate.BadRecord{
		"line 7, article 2 a, link l, to: No.": whole,
		"No.":                                  {Message: "No."},
		"line 7: No.":                          {Line: 7, Message: "No."},
		"article 2, headline: No.":             {Record: 2, Field: "headline", Message: "No."},
	}
	for want, b := range tests {
		if got := b.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := (annotate.BadFile{{Message: "No."}, whole}).Error(), "No.\nline 7, article 2 a, link l, to: No."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := annotate.Complain("No.").Error(); got != "No." {
		t.Errorf("got %q", got)
	}
}

func TestProgressAndCountsAddUp(t *testing.T) {
	p := annotate.Progress{Annotations: 99, Unreviewed: 1, Approved: 2, Disputed: 4, Rejected: 8, ChangesRequested: 16}
	sum := 0
	for _, state := range annotate.ReviewStates {
		sum += p.In(state)
	}
	if sum != 31 || p.Claims() != 31 || p.In("read") != 0 {
		t.Errorf("%d by state, %d in all, want 31", sum, p.Claims())
	}
	counts := annotate.ArticleCounts{All: 15, Untagged: 1, Open: 2, Disputed: 4, Done: 8}
	seen := map[int]bool{}
	for _, state := range annotate.ArticleStates {
		seen[counts.In(state)] = true
	}
	if want := map[int]bool{1: true, 2: true, 4: true, 8: true}; !maps.Equal(seen, want) || counts.In("") != 15 {
		t.Errorf("counts are %v and %d, want %v and 15", seen, counts.In(""), want)
	}
}

func TestAClaimInTheQueueNamesWhoIsMeant(t *testing.T) {
	c := annotate.QueuedClaim{
		Entities: map[annotate.ID]annotate.Entity{ana: {Name: "Ana Ruiz"}},
		Words:    map[annotate.ID]string{speaker: "the mayor", cue: "said"},
	}
	if got := c.NameOf(annotate.Annotation{ID: speaker, Entity: ana}); got != "Ana Ruiz" {
		t.Errorf("who is known is called %q", got)
	}
	if got := c.NameOf(annotate.Annotation{ID: cue}); got != "said" {
		t.Errorf("what is not is called %q, want its words", got)
	}
}
