package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func (n *newsroom) imports(project annotate.ID, c corpus) (store.Imported, error) {
	n.tb.Helper()
	return n.Import(n.tb.Context(), store.NewImport{Project: project, By: n.mara, At: n.later()}, c.again())
}

func (n *newsroom) mustImport(project annotate.ID, c corpus) store.Imported {
	n.tb.Helper()
	done, err := n.imports(project, c)
	if err != nil {
		n.tb.Fatal(err)
	}
	return done
}

// tally is the number of rows of each table, and the projects' codebooks and
// origins: whatever an import might leave behind.
func (n *newsroom) tally() map[string]string {
	n.tb.Helper()
	rows, _ := n.sql.Query(n.tb.Context(), `
		SELECT table_name, (xpath('//c/text()', query_to_xml('SELECT count(*) AS c FROM ' || quote_ident(table_name), false, true, '')))[1]::text
		FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
		UNION ALL
		SELECT slug, format('%s %s', codebook, origin) FROM projects
		ORDER BY 1`)
	found := map[string]string{}
	var what, n2 string
	if _, err := pgx.ForEachRow(rows, []any{&what, &n2}, func() error { found[what] = n2; return nil }); err != nil {
		n.tb.Fatal(err)
	}
	return found
}

func same(tb testing.TB, want, got corpus) {
	tb.Helper()
	// An import sees nothing of what came before the last change.
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(annotate.Annotation{}, "Edited")); diff != "" {
		tb.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnImportedExportIsExportedTheSame(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	want := n.export(store.ExportFilter{})
	for name, to := range map[string]*newsroom{"the same database": n.newsroom, "another database": newNewsroom(t)} {
		t.Run(name, func(t *testing.T) {
			project := to.newProject("copy")
			done := to.mustImport(project, want)
			people := 0
			if to != n.newsroom {
				people = 3
			}
			counts := store.Imported{Articles: 3, Annotations: 13, Links: 5, Entities: 4, People: people}
			if done != counts {
				t.Errorf("told of %+v, want %+v", done, counts)
			}
			got := exported(t, to.Store, project, store.ExportFilter{})
			same(t, want, got)
			again := to.newProject("copy-of-copy")
			to.mustImport(again, got)
			same(t, got, exported(t, to.Store, again, store.ExportFilter{}))
		})
	}
}

func TestWhatWasImportedGoesOn(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	n.project = n.newProject("copy")
	n.mustImport(n.project, c)

	log, err := n.Changes(t.Context(), in(n.project), n.wall, store.Shared, 0, 100)
	if err != nil || len(log) != 1 || log[0].Seq != 20 || log[0].Author != n.mara || log[0].Codebook != 1 {
		t.Fatalf("the log begins with %+v, %v", log, err)
	}
	var operations []annotate.OperationRecord
	if err := json.Unmarshal(log[0].Operations, &operations); err != nil {
		t.Fatal(err)
	}
	state := annotate.NewState(nil, nil)
	state.Replay(annotate.Operations(operations))
	if len(state.Annotations) != 11 || len(state.Links) != 5 {
		t.Errorf("replaying the log gives %d annotations and %d links", len(state.Annotations), len(state.Links))
	}
	if got := state.Annotations[n.declined]; got.Version != 2 || got.Fragments[0].Exact != "" {
		t.Errorf("the log tells of %+v", got)
	}
	if log, err := n.Changes(t.Context(), in(n.project), n.wall, store.Shared, 20, 100); err != nil || len(log) != 0 {
		t.Errorf("after the newest there are %d, %v", len(log), err)
	}

	// An edit sees the version that was imported.
	done := n.change(n.wall, n.ben, annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: n.disputed, Version: 1, Kind: annotate.Claim, Fragments: n.fragments(n.wall, "a recording"),
	}})
	if done.Seq != 21 {
		t.Errorf("the next change set is number %d", done.Seq)
	}
	if c := n.read(n.disputed); c.Claim.Version != 2 || c.Claim.Review != annotate.Unreviewed || len(c.Reviews) != 1 || c.Claim.CreatedBy != n.ana {
		t.Errorf("edited, the claim is %+v", c.Claim)
	}
	if r := n.decide(n.held, n.ben, annotate.Dispute, "After all."); r.Review != annotate.Disputed {
		t.Errorf("decided, the claim is %s", r.Review)
	}
	inverse, err := log[0].Outcome()
	if err != nil {
		t.Fatal(err)
	}
	n.project = n.newProject("undone")
	n.mustImport(n.project, c)
	n.change(n.wall, n.mara, inverse.Inverse...)
	if doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), n.wall, store.Shared); err != nil || len(doc.Annotations)+len(doc.Links) != 0 {
		t.Errorf("undoing the import leaves %d annotations, %v", len(doc.Annotations), err)
	}
}

// TestImportedReviewsAreMarked takes decisions from one project through
// another to a third. None of them may pass for one that was made there.
func TestImportedReviewsAreMarked(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	first := n.export(store.ExportFilter{})
	harbour := annotate.Origin{Slug: "harbour", Name: "harbour"}
	for _, d := range first.Articles {
		for _, r := range d.Reviews {
			if r.Imported != nil {
				t.Fatalf("a decision made here says that it was imported: %+v", r)
			}
		}
	}

	// Into a project that has something of its own, and exported from there.
	n.project = n.newProject("port")
	n.article("Of the port's own", "Nothing happened.")
	n.mustImport(n.project, first)
	imported := n.now
	c := n.read(n.held)
	if len(c.Reviews) == 0 {
		t.Fatal("the claim has no decisions")
	}
	for _, r := range c.Reviews {
		if want := (annotate.Import{From: harbour, By: n.mara, At: imported}); r.Imported == nil || r.Imported.From != want.From ||
			r.Imported.By != want.By || !r.Imported.At.Equal(want.At) {
			t.Errorf("the decision came by %+v, want %+v", r.Imported, want)
		}
	}
	if c.Last == nil || c.Last.Imported == nil || c.People[n.mara] != "Mara Lind" {
		t.Errorf("the claim tells of the decision %+v and of %v", c.Last, c.People)
	}
	doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), n.wall, store.Shared)
	if err != nil || len(doc.Reviews) == 0 || doc.Reviews[0].Imported == nil {
		t.Errorf("the article has the decisions %+v, %v", doc.Reviews, err)
	}
	if _, r, err := n.LastReview(t.Context(), store.SetOf{Project: n.project, Hand: store.Shared}, n.held); err != nil || r.Imported == nil || r.Imported.From != harbour {
		t.Errorf("the last decision is %+v, %v", r, err)
	}
	if done := n.mustImport(n.project, first); done.Unchanged != 3 {
		t.Errorf("imported again, %d articles are there already", done.Unchanged)
	}
	n.decide(n.held, n.ben, annotate.Dispute, "After all.")

	second := exported(t, n.Store, n.project, store.ExportFilter{})
	madeIn := map[annotate.Origin]int{}
	for _, d := range second.Articles {
		for _, r := range d.Reviews {
			if r.Imported == nil {
				madeIn[second.Origin]++
			} else {
				madeIn[r.Imported.From]++
			}
		}
	}
	if port := (annotate.Origin{Slug: "port", Name: "port"}); len(madeIn) != 2 || madeIn[port] != 1 || madeIn[harbour] == 0 {
		t.Errorf("the export says that decisions were made in %v", madeIn)
	}

	// And on into an empty one, where all of them are imported.
	third := n.newProject("third")
	n.mustImport(third, second)
	same(t, second, exported(t, n.Store, third, store.ExportFilter{}))
	if done := n.mustImport(third, second); done.Unchanged != 4 {
		t.Errorf("imported again, %d articles are there already", done.Unchanged)
	}
	n.project = third
	for _, r := range n.read(n.held).Reviews {
		if r.Imported == nil || (r.Imported.From == harbour) == (r.Decision == annotate.Dispute) {
			t.Errorf("in the third project, %s came by %+v", r.Decision, r.Imported)
		}
	}
}

func TestListsCountWhatWasImported(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	project := n.newProject("copy")
	n.mustImport(project, n.export(store.ExportFilter{}))
	var want, got string
	const progress = `SELECT string_agg(format('%s %s %s %s %s %s %s', annotations, claims_unreviewed, claims_approved, claims_disputed,
		claims_rejected, claims_changes_requested, open), ', ' ORDER BY article_id) FROM annotation_sets WHERE project_id = $1`
	for id, into := range map[annotate.ID]*string{n.project: &want, project: &got} {
		if err := n.sql.QueryRow(t.Context(), progress, id).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Errorf("progress is %s, want %s", got, want)
	}
}

func TestPeopleFromAFileCannotSignIn(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	to := newNewsroom(t)
	to.mustImport(to.newProject("copy"), n.export(store.ExportFilter{}))
	u, err := to.User(t.Context(), string(n.ana))
	if err != nil {
		t.Fatal(err)
	}
	if u.Name != "Ana Ruiz" || u.Email != "" || u.Admin {
		t.Errorf("the person is %+v", u)
	}
	var password *string
	if err := to.sql.QueryRow(t.Context(), `SELECT password_hash FROM users WHERE id = $1`, n.ana).Scan(&password); err != nil || password != nil {
		t.Errorf("the password is %v, %v", password, err)
	}
}

func TestADryRunTellsTheSameAndLeavesNothing(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	to := newNewsroom(t)
	before := to.tally()
	dry, err := to.Import(t.Context(), store.NewImport{Project: to.project, By: to.mara, At: to.later(), DryRun: true}, c.again())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, to.tally()); diff != "" {
		t.Errorf("it left something (-before +after):\n%s", diff)
	}
	if done := to.mustImport(to.project, c); done != dry {
		t.Errorf("it told of %+v, and the import did %+v", dry, done)
	}
}

func TestWhatIsThereAlreadyIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	before := n.tally()
	if done := n.mustImport(n.project, c); done != (store.Imported{Unchanged: 3}) {
		t.Errorf("told of %+v", done)
	}
	if diff := cmp.Diff(before, n.tally()); diff != "" {
		t.Errorf("it left something (-before +after):\n%s", diff)
	}
	some := n.newProject("some")
	part := n.export(store.ExportFilter{Articles: []annotate.ID{n.ferry}})
	n.mustImport(some, part)
	if done := n.mustImport(some, c); done != (store.Imported{Articles: 2, Annotations: 11, Links: 5, Entities: 3, Unchanged: 1}) {
		t.Errorf("adding to a part tells of %+v", done)
	}
	got := exported(t, n.Store, some, store.ExportFilter{})
	want := c
	if got.Origin != part.Origin {
		t.Errorf("the origin is %+v", got.Origin)
	}
	same(t, want, got)

	n.mention(n.ferry, annotate.Speaker, "אמרה", "")
	_, err := n.imports(n.project, c)
	saysAll(t, err, "article 2 "+string(n.ferry), `"Ferry"`, "not the same")
}

func saysAll(t *testing.T, err error, words ...string) {
	t.Helper()
	bad, ok := errors.AsType[annotate.BadFile](err)
	if !ok {
		t.Fatalf("got %v, want a BadFile", err)
	}
	for _, w := range words {
		if !strings.Contains(bad.Error(), w) {
			t.Errorf("%q does not say %q", bad, w)
		}
	}
}

func TestAnEmptyProjectTakesTheCodebookOver(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	other := annotate.DefaultCodebook()
	other.Kinds = append(other.Kinds, annotate.Kind{Name: "irony", Label: "Irony", Color: "teal", Entities: []annotate.EntityType{}, Active: true})
	for name, tt := range map[string]struct {
		version  int // in the file
		codebook *annotate.Codebook
		stored   int
	}{
		"the same":                     {1, annotate.DefaultCodebook(), 1},
		"another under the same":       {1, other, 2},
		"another under a later number": {7, other, 7},
		"the same under a later one":   {7, annotate.DefaultCodebook(), 7},
	} {
		t.Run(name, func(t *testing.T) {
			c := n.export(store.ExportFilter{})
			c.Version, c.Codebook = tt.version, tt.codebook
			c.Origin = annotate.Origin{Slug: "far-away", Name: "Far & away"}
			slug := strings.ReplaceAll(name, " ", "-")
			project := n.newProject(slug)
			n.mustImport(project, c)
			same(t, c, exported(t, n.Store, project, store.ExportFilter{}))
			p, err := n.Project(t.Context(), slug)
			if err != nil || p.Codebook != tt.stored {
				t.Errorf("it is stored as version %d, %v; want %d", p.Codebook, err, tt.stored)
			}
			// The next version is told under its own number.
			next, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: project, Base: p.Codebook, Codebook: other, By: n.mara, At: n.later()})
			if err != nil {
				t.Fatal(err)
			}
			if got := exported(t, n.Store, project, store.ExportFilter{}); got.Version != next || next != tt.stored+1 {
				t.Errorf("after a change it is told as version %d, and is %d", got.Version, next)
			}
			if err := n.ChangeProject(t.Context(), store.ProjectChange{Project: project, Name: "Ours", Quorum: 1}); err != nil {
				t.Fatal(err)
			}
			if got := exported(t, n.Store, project, store.ExportFilter{}); got.Origin != (annotate.Origin{Slug: slug, Name: "Ours"}) {
				t.Errorf("renamed, it comes from %+v", got.Origin)
			}
		})
	}
}

func TestAProjectInUseKeepsItsCodebook(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	smaller := annotate.DefaultCodebook()
	smaller.Attributes = slices.DeleteFunc(smaller.Attributes, func(a annotate.Attribute) bool { return a.Name == "quotation" })
	project := n.newProject("in-use")
	if _, err := n.AddArticle(t.Context(), project, annotate.Article{CreatedBy: n.ana}, "Something.", n.later()); err != nil {
		t.Fatal(err)
	}
	change := store.CodebookChange{Project: project, Base: 1, Codebook: smaller, By: n.mara, At: n.later()}
	if _, err := n.ChangeCodebook(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	before := n.tally()
	_, err := n.imports(project, c)
	saysAll(t, err, "codebook", `no attribute "quotation"`)
	if diff := cmp.Diff(before, n.tally()); diff != "" {
		t.Errorf("it left something (-before +after):\n%s", diff)
	}
	off := annotate.DefaultCodebook()
	for i := range off.Attributes {
		off.Attributes[i].Active = false
	}
	change.Base, change.Codebook = 2, off
	if _, err := n.ChangeCodebook(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	n.mustImport(project, c)
	got := exported(t, n.Store, project, store.ExportFilter{})
	if got.Version != 3 || got.Origin.Slug != "in-use" || len(got.Articles) != 4 || got.Codebook.Attributes[0].Active {
		t.Errorf("it has %d articles and comes from %+v with version %d of the codebook", len(got.Articles), got.Origin, got.Version)
	}
}

// underCodebooks has a claim made under the first version of the codebook and
// one under the second, which asks more.
func underCodebooks(t *testing.T) (n told, second *annotate.Codebook) {
	t.Helper()
	n = newTold(t)
	second = annotate.DefaultCodebook()
	second.Kinds = append(second.Kinds, annotate.Kind{Name: "irony", Label: "Irony", Color: "teal", Entities: []annotate.EntityType{}, Active: true})
	if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: n.project, Base: 1, Codebook: second, By: n.mara, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	n.claim(n.wall, "Ilse Brandt told")
	return n, second
}

// codebooks are the versions the annotations of c were made under, sorted.
func (c corpus) codebooks() []int {
	var found []int
	for _, d := range c.Articles {
		for _, a := range d.Annotations {
			found = append(found, a.Codebook)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestImportedAnnotationsKeepTheCodebookTheyWereMadeUnder(t *testing.T) {
	t.Parallel()
	n, second := underCodebooks(t)
	c := n.export(store.ExportFilter{})
	if got := c.codebooks(); !slices.Equal(got, []int{1, 2}) || len(c.Earlier) != 1 || c.Earlier[0].Version != 1 {
		t.Fatalf("they are exported as made under %v, with %+v", got, c.Earlier)
	}
	for name, before := range map[string]func(project annotate.ID){
		"into a fresh project": func(annotate.ID) {},
		"where the number is taken": func(project annotate.ID) {
			for base := 1; base <= 2; base++ {
				other := annotate.DefaultCodebook()
				other.Kinds[base].Label = "Otherwise"
				if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: project, Base: base, Codebook: other, By: n.mara, At: n.later()}); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			project := n.newProject(strings.ReplaceAll(name, " ", "-"))
			before(project)
			n.mustImport(project, c)
			same(t, c, exported(t, n.Store, project, store.ExportFilter{}))
			// None of the project's own is taken for the first version of theirs.
			first, err := n.Codebook(t.Context(), project, 1)
			if diff := cmp.Diff(annotate.DefaultCodebook(), first); err != nil || diff != "" {
				t.Errorf("version 1 (-want +got): %v\n%s", err, diff)
			}
			if p, err := n.Project(t.Context(), strings.ReplaceAll(name, " ", "-")); err != nil {
				t.Error(err)
			} else if versions, err := n.CodebookVersions(t.Context(), project, 0, 10); err != nil || len(versions) != 2 || versions[0].Version != p.Codebook {
				t.Errorf("the versions are %+v, %v", versions, err)
			}
		})
	}
	t.Run("into a project with another codebook", func(t *testing.T) {
		project := n.newProject("others")
		if _, err := n.AddArticle(t.Context(), project, annotate.Article{CreatedBy: n.ana}, "Something.", n.later()); err != nil {
			t.Fatal(err)
		}
		wider := *second
		wider.Kinds = append(slices.Clone(second.Kinds), annotate.Kind{Name: "mood", Label: "Mood", Color: "rose", Entities: []annotate.EntityType{}, Active: true})
		for base := 1; base <= 3; base++ {
			if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: project, Base: base, Codebook: &wider, By: n.mara, At: n.later()}); err != nil {
				t.Fatal(err)
			}
		}
		n.mustImport(project, c)
		if got := exported(t, n.Store, project, store.ExportFilter{}).codebooks(); !slices.Equal(got, []int{4}) {
			t.Errorf("they are told to be made under %v, want the one in force", got)
		}
	})
}

func TestEntitiesKnownByNameAreMergedOnTheirWayIn(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	to := newNewsroom(t)
	known := to.person("ILSE BRÂNDT", "The engineer")
	if done := to.mustImport(to.project, c); done.Entities != 4 {
		t.Errorf("%d entities were made", done.Entities)
	}
	if e := to.readEntity(n.brandt); e.MergedInto != known.ID {
		t.Errorf("the entity of the file is merged into %q", e.MergedInto)
	}
	if got, want := alternatives(to.readEntity(known.ID)), []string{"I. Brandt", "Ilse Brandt", "Ilse Brant", "The engineer"}; !slices.Equal(got, want) {
		t.Errorf("it goes by %q, want %q", got, want)
	}
	got := exported(t, to.Store, to.project, store.ExportFilter{})
	i := slices.IndexFunc(got.Articles[0].Annotations, func(a annotate.Annotation) bool { return a.Entity == known.ID })
	if i < 0 {
		t.Error("no annotation is read as the one that was there")
	}
	if done := to.mustImport(to.project, c); done != (store.Imported{Unchanged: 3}) {
		t.Errorf("imported again, it tells of %+v", done)
	}
}

// Each of these could not have been made here.
func TestBadCorporaAreRefusedWholeAndLeaveNothing(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	to := newNewsroom(t)
	elsewhere := to.claim(to.article("Other", "Something else."), "Something")
	before := to.tally()
	held, deal := "annotation "+string(n.held), "annotation "+string(n.deal)
	wall := "article 1 " + string(n.wall)
	at := func(d *annotate.AnnotatedArticle, id annotate.ID) *annotate.Annotation {
		return &d.Annotations[slices.IndexFunc(d.Annotations, func(a annotate.Annotation) bool { return a.ID == id })]
	}
	tests := map[string]struct {
		spoil func(c *corpus, d *annotate.AnnotatedArticle)
		words []string
	}{
		"another text": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Revision.Text = strings.Replace(d.Revision.Text, "will", "won't", 1)
		}, []string{wall, "sha256", "not the one that was annotated"}},
		"a text with carriage returns": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Revision.Text, d.Revision.SHA256 = d.Revision.Text+"\r\n", nil
		}, []string{wall, "text", "carriage returns"}},
		"an exact that is not there": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			at(d, n.held).Fragments[1].Exact = "last winter"
		}, []string{wall, held, "fragments[1].exact", `"this winter,"`}},
		"an offset past the end": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			at(d, n.held).Fragments[1].End = 9999
		}, []string{held, "fragments[1].end"}},
		"an offset inside a character": {func(c *corpus, _ *annotate.AnnotatedArticle) {
			a := &c.Articles[1].Annotations[0]
			a.Fragments = []annotate.Fragment{{Start: 0, End: 1}}
		}, []string{"article 2 " + string(n.ferry), "fragments[0].end", "inside a character"}},
		"fragments that overlap": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			a := at(d, n.held)
			a.Fragments = append(a.Fragments, a.Fragments[0])
		}, []string{held, "fragments[2]", "overlaps"}},
		"neither fragments nor an entity": {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.held).Fragments = nil }, []string{held, "fragments"}},
		"an unknown kind":                 {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.rejected).Kind = "gossip" }, []string{"annotation " + string(n.rejected), `no kind "gossip"`}},
		"an unknown attribute": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			at(d, n.deal).Attributes = annotate.Attributes{"mood": "good"}
		}, []string{deal, "attributes.mood"}},
		"an unknown value": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			at(d, n.deal).Attributes = annotate.Attributes{"quotation": "sung"}
		}, []string{deal, "attributes.quotation"}},
		"an unknown entity": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Annotations[len(d.Annotations)-1].Entity = store.NewID()
		}, []string{"entity", "no such entity"}},
		"a link to a stranger": {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Links[0].To = store.NewID() }, []string{"link " + string(c.Articles[0].Links[0].ID), "to"}},
		"a link of the wrong role": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Links[0].Role = annotate.RoleWithin
		}, []string{"link", "from a claim to the claim"}},
		"a circle": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Links = append(d.Links, annotate.Link{
				ID: store.NewID(), From: n.within, To: n.deal, Role: annotate.RoleWithin, Version: 1,
				CreatedBy: n.ana, CreatedAt: n.now, UpdatedBy: n.ana, UpdatedAt: n.now,
			})
		}, []string{"link", "circle"}},
		"an id twice": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Links[1].ID = d.Links[0].ID
		}, []string{"link", "id"}},
		"an id of another article": {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Annotations[0].ID = elsewhere }, []string{"annotation " + string(elsewhere), "another article"}},
		"an id in capitals": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Article.ID = annotate.ID(strings.ToUpper(string(d.Article.ID)))
		}, []string{"UUID in lower case"}},
		"an id that is none":       {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Revision.ID = "first" }, []string{wall, "revision", "UUID"}},
		"no version":               {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.deal).Version = 0 }, []string{deal, "version"}},
		"a stranger as author":     {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.deal).CreatedBy = store.NewID() }, []string{deal, "created_by", "people"}},
		"no time":                  {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.deal).UpdatedAt = time.Time{} }, []string{deal, "updated_at"}},
		"a state nobody decided":   {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.within).Review = annotate.Approved }, []string{"annotation " + string(n.within), "review", "does not follow"}},
		"a state that was decided": {func(_ *corpus, d *annotate.AnnotatedArticle) { at(d, n.held).Review = annotate.Unreviewed }, []string{held, "review"}},
		"a review of a speaker": {func(_ *corpus, d *annotate.AnnotatedArticle) {
			d.Reviews[0].Claim = d.Annotations[len(d.Annotations)-1].ID
		}, []string{"review", "no claim"}},
		"a review from nowhere":     {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Reviews[0].Imported = &annotate.Import{} }, []string{"review", "imported_from"}},
		"a review without a reason": {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Reviews[0].Reason = " " }, []string{"review", "reason"}},
		"a review of the future":    {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Reviews[0].Version = 99 }, []string{"review", "version"}},
		"an empty comment":          {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Comments[0].Body = "" }, []string{"comment", "body"}},
		"a comment twice":           {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Comments[1].ID = d.Comments[0].ID }, []string{"comment", "twice"}},
		"annotations from nowhere":  {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Seq = 0 }, []string{wall, "seq"}},
		"blocks out of order":       {func(_ *corpus, d *annotate.AnnotatedArticle) { slices.Reverse(d.Revision.Blocks) }, []string{wall, "blocks[1]"}},
		"a bad address":             {func(_ *corpus, d *annotate.AnnotatedArticle) { d.Article.URL = "javascript:alert(1)" }, []string{wall, "url"}},
		"a person without a name":   {func(c *corpus, _ *annotate.AnnotatedArticle) { c.People[0].Name = "" }, []string{"person " + string(n.ana), "name"}},
		"an entity without a type":  {func(c *corpus, _ *annotate.AnnotatedArticle) { c.Entities[0].Type = "" }, []string{"entity " + string(n.brandt), "type"}},
		"two entities of one name":  {func(c *corpus, _ *annotate.AnnotatedArticle) { c.Entities[1].Name = "ilse brandt" }, []string{"two entities"}},
		"a codebook that says more": {func(c *corpus, _ *annotate.AnnotatedArticle) {
			c.Codebook = annotate.DefaultCodebook()
			c.Codebook.Kinds[0].Name = "assertion"
		}, []string{"codebook", `"assertion"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bad := n.export(store.ExportFilter{})
			tt.spoil(&bad, &bad.Articles[0])
			_, err := to.imports(to.project, bad)
			saysAll(t, err, tt.words...)
			if diff := cmp.Diff(before, to.tally()); diff != "" {
				t.Errorf("it left something (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAnArticleThatComesTwiceIsTakenOnce(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{Articles: []annotate.ID{n.ferry}})
	c.Articles = append(c.Articles, c.Articles[0])
	to := newNewsroom(t)
	if done := to.mustImport(to.project, c); done.Articles != 1 || done.Unchanged != 1 {
		t.Errorf("told of %+v", done)
	}
	other := newNewsroom(t)
	c.Articles[1].Seq++
	_, err := other.imports(other.project, c)
	saysAll(t, err, "article 2", "not the same")
}

func TestAFileThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	c := n.export(store.ExportFilter{})
	to := newNewsroom(t)
	before := to.tally()
	broken := errors.New("the file ends")
	half := c.again()
	half.Articles = func(yield func(annotate.AnnotatedArticle, error) bool) {
		_ = yield(c.Articles[0], nil) && yield(annotate.AnnotatedArticle{}, broken)
	}
	if _, err := to.Import(t.Context(), store.NewImport{Project: to.project, By: to.mara, At: to.later()}, half); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, to.tally()); diff != "" {
		t.Errorf("it left something (-before +after):\n%s", diff)
	}
}
