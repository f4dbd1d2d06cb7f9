package annotate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestComplaintsSayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	for want, bad := range map[string]annotate.BadRecord{
		"Oh.":                            {Message: "Oh."},
		"line 2: Oh.":                    {Line: 2, Message: "Oh."},
		"line 7, article 3 a: Oh.":       {Line: 7, Record: 3, Article: "a", Message: "Oh."},
		"article 3: Oh.":                 {Record: 3, Message: "Oh."},
		"article 3 a, link l, role: Oh.": {Record: 3, Article: "a", Item: "link", ItemID: "l", Field: "role", Message: "Oh."},
		"line 1, codebook: Oh.":          {Line: 1, Item: "codebook", Message: "Oh."},
		"line 1, article 1 a, annotation n, fragments[0]: Oh.": {Line: 1, Record: 1, Article: "a", Item: "annotation", ItemID: "n", Field: "fragments[0]", Message: "Oh."},
	} {
		if got := bad.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestACodebookCoversWhatItCanSay(t *testing.T) {
	t.Parallel()
	index := func(c *annotate.Codebook, name string) int {
		return slices.IndexFunc(c.Attributes, func(a annotate.Attribute) bool { return a.Name == name })
	}
	for name, tt := range map[string]struct {
		change func(theirs *annotate.Codebook)
		want   string
	}{
		"the same": {func(*annotate.Codebook) {}, ""},
		"less":     {func(c *annotate.Codebook) { c.Attributes = c.Attributes[:3] }, ""},
		"otherwise called": {func(c *annotate.Codebook) {
			c.Kinds[0].Label, c.Kinds[0].Color, c.Kinds[0].Guideline = "Behauptung", "rose", ""
		}, ""},
		"otherwise switched": {func(c *annotate.Codebook) { c.Attributes[0].Active = !c.Attributes[0].Active }, ""},
		"another kind":       {func(c *annotate.Codebook) { c.Kinds = append(c.Kinds, annotate.Kind{Name: "irony"}) }, `no kind "irony"`},
		"entities for a cue": {func(c *annotate.Codebook) { c.Kinds[3].Entities = annotate.EntityTypes }, `no entities for the kind "cue"`},
		"another attribute":  {func(c *annotate.Codebook) { c.Attributes = append(c.Attributes, annotate.Attribute{Name: "mood"}) }, `no attribute "mood"`},
		"another value": {func(c *annotate.Codebook) {
			a := &c.Attributes[index(c, "quotation")]
			a.Values = append(a.Values, annotate.Value{Value: "sung"})
		}, `no value "sung"`},
		"another type":    {func(c *annotate.Codebook) { c.Attributes[index(c, "quotation")].Type = annotate.Prose }, `"quotation" is a choice in the project's codebook and a text in the file's`},
		"asked of others": {func(c *annotate.Codebook) { c.Attributes[index(c, "quotation")].Kinds = []string{"cue"} }, `"quotation" of a cue`},
		"asked of other links": {func(c *annotate.Codebook) {
			c.Attributes[index(c, "certainty")].Roles = []annotate.LinkRole{annotate.RoleVia}
		}, "in the role via"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := annotate.DefaultCodebook()
			tt.change(theirs)
			err := annotate.DefaultCodebook().Covers(theirs)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestTheSameArticleIsKnownAgain(t *testing.T) {
	t.Parallel()
	d, o := incoming(), incoming()
	slices.Reverse(o.Annotations)
	zone := time.FixedZone("CET", 3600)
	o.Article.CreatedAt, o.Annotations[0].CreatedAt, o.Reviews[0].CreatedAt = o.Article.CreatedAt.In(zone), o.Annotations[0].CreatedAt.In(zone), o.Reviews[0].CreatedAt.In(zone)
	o.Annotations[0].Review = annotate.Unreviewed // of a speaker: says nothing
	o.Annotations[1].Edited, o.Annotations[1].Fragments[0].Exact = 2, "They hold,"
	o.Revision.SHA256, o.Revision.Number = nil, 1
	if !d.Same(o) {
		t.Error("the same article is taken for another")
	}
	later := time.Hour
	for name, change := range map[string]func(*annotate.AnnotatedArticle){
		"headline":   func(d *annotate.AnnotatedArticle) { d.Article.Headline = "Other" },
		"publisher":  func(d *annotate.AnnotatedArticle) { d.Article.Publisher = "Other" },
		"author":     func(d *annotate.AnnotatedArticle) { d.Article.CreatedBy = incomingID(99) },
		"time":       func(d *annotate.AnnotatedArticle) { d.Article.CreatedAt = d.Article.CreatedAt.Add(later) },
		"revision":   func(d *annotate.AnnotatedArticle) { d.Revision.ID = incomingID(99) },
		"text":       func(d *annotate.AnnotatedArticle) { d.Revision.Text += "." },
		"blocks":     func(d *annotate.AnnotatedArticle) { d.Revision.Blocks[0].End-- },
		"seq":        func(d *annotate.AnnotatedArticle) { d.Seq++ },
		"fragment":   func(d *annotate.AnnotatedArticle) { d.Annotations[0].Fragments[0].End-- },
		"version":    func(d *annotate.AnnotatedArticle) { d.Annotations[0].Version++ },
		"state":      func(d *annotate.AnnotatedArticle) { d.Annotations[1].Review = annotate.Disputed },
		"attribute":  func(d *annotate.AnnotatedArticle) { d.Annotations[1].Attributes["quotation"] = "mixed" },
		"entity":     func(d *annotate.AnnotatedArticle) { d.Annotations[2].Entity = incomingID(99) },
		"one less":   func(d *annotate.AnnotatedArticle) { d.Annotations = d.Annotations[1:] },
		"link":       func(d *annotate.AnnotatedArticle) { d.Links[0].Version++ },
		"linked by":  func(d *annotate.AnnotatedArticle) { d.Links[0].UpdatedBy = incomingID(99) },
		"reason":     func(d *annotate.AnnotatedArticle) { d.Reviews[0].Reason = "Because." },
		"review at":  func(d *annotate.AnnotatedArticle) { d.Reviews[0].CreatedAt = d.Reviews[0].CreatedAt.Add(later) },
		"no comment": func(d *annotate.AnnotatedArticle) { d.Comments = nil },
		"comment at": func(d *annotate.AnnotatedArticle) { d.Comments[0].CreatedAt = d.Comments[0].CreatedAt.Add(later) },
	} {
		other := incoming()
		change(other)
		if d.Same(other) || other.Same(d) {
			t.Errorf("a different %s makes no difference", name)
		}
	}
}
