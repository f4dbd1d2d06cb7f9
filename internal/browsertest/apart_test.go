package browsertest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/demo"
	"onrecord.dev/internal/store"
)

// apart is a project in which three analysts have worked on articles of the
// demonstration without seeing each other: much alike, but not in everything.
type apart struct {
	annotate.Project
	app      *app
	analysts []*person
	reviewer *person
	manager  *person
	articles []annotate.ID
	last     time.Time
}

// apartFrom makes that project, of the first articles of the demonstration.
func (a *app) apartFrom(articles int) *apart {
	a.tb.Helper()
	ctx := a.tb.Context()
	p := &apart{Project: a.project("apart", "Working apart"), app: a, last: time.Now().Add(-48 * time.Hour)}
	for _, name := range []string{"Alma Analyst", "Bruno Analyst", "Cleo Analyst"} {
		p.analysts = append(p.analysts, a.member(p.Project, annotate.Analyst, name))
	}
	p.reviewer, p.manager = a.member(p.Project, annotate.Reviewer, "Rosa Reviewer"), a.member(p.Project, annotate.Manager, "Milo Manager")
	if err := a.store.ChangeProject(ctx, store.ProjectChange{Project: p.ID, Name: p.Name, Mode: annotate.ModeIndependent, Quorum: 1}); err != nil {
		a.tb.Fatal(err)
	}
	p.Project = must(a.store.Project(ctx, p.Slug))(a.tb)
	script := must(demo.New(store.NewID))(a.tb)
	for _, e := range script.Entities {
		e.CreatedBy = p.manager.id
		must(a.store.AddEntity(ctx, p.ID, e, p.later()))(a.tb)
	}
	for _, story := range script.Stories[:articles] {
		p.work(story)
	}
	return p
}

func (p *apart) later() time.Time {
	p.last = p.last.Add(time.Minute)
	return p.last
}

func (p *apart) as(who *person, role annotate.Role) store.Asker {
	return store.Asker{User: annotate.User{ID: who.id, Name: who.name}, Project: p.Project, Role: role}
}

// bring brings in an article and assigns it to analysts.
func (p *apart) bring(article annotate.Article, text string, analysts ...*person) annotate.ID {
	p.app.tb.Helper()
	ctx := p.app.tb.Context()
	article.CreatedBy = p.manager.id
	doc := must(p.app.store.AddArticle(ctx, p.ID, article, text, p.later()))(p.app.tb)
	p.articles = append(p.articles, doc.Article.ID)
	var pairs []annotate.Assignment
	for _, one := range analysts {
		pairs = append(pairs, annotate.Assignment{Article: doc.Article.ID, Analyst: one.id})
	}
	must(p.app.store.Assign(ctx, p.as(p.manager, annotate.Manager), store.Assigning{Pairs: pairs, At: p.later()}))(p.app.tb)
	return doc.Article.ID
}

// returned gives an article back to an analyst.
func returned(article annotate.ID, analyst *person, at time.Time) store.AssignmentChange {
	return store.AssignmentChange{Article: article, Analyst: analyst.id, State: annotate.Returned, At: at}
}

// finish has an analyst be done with an article.
func (p *apart) finish(article annotate.ID, analyst *person) {
	p.app.tb.Helper()
	must(p.app.store.ChangeAssignment(p.app.tb.Context(), p.as(analyst, annotate.Analyst), store.AssignmentChange{
		Article: article, Analyst: analyst.id, State: annotate.Done, At: p.later(),
	}))(p.app.tb)
}

// work has each analyst tag a story in their own way, and finish it.
func (p *apart) work(story demo.Story) {
	p.app.tb.Helper()
	article := p.bring(story.Article, story.Text, p.analysts...)
	whole := whole(story)
	for i, analyst := range p.analysts {
		if operations := whole.inTheirWay(story.Text, i); len(operations) > 0 {
			must(p.app.store.Append(p.app.tb.Context(), p.ID, article, annotate.Hand(analyst.id),
				annotate.ChangeSet{ID: store.NewID(), Author: analyst.id, At: p.later(), Operations: operations}))(p.app.tb)
		}
		p.finish(article, analyst)
	}
}

// markup is all that a story has in the end, in the order it was made.
type markup struct {
	annotations []annotate.Annotation
	links       []annotate.Link
}

func whole(story demo.Story) markup {
	annotations, links := map[annotate.ID]annotate.Annotation{}, map[annotate.ID]annotate.Link{}
	for _, step := range story.Steps {
		for _, op := range step.Operations {
			switch {
			case op.Annotation != nil && op.Op == annotate.Put:
				annotations[op.Annotation.ID] = *op.Annotation
			case op.Link != nil && op.Op == annotate.Put:
				links[op.Link.ID] = *op.Link
			}
		}
	}
	var m markup
	for _, id := range slices.Sorted(maps.Keys(annotations)) {
		m.annotations = append(m.annotations, annotations[id])
	}
	for _, id := range slices.Sorted(maps.Keys(links)) {
		m.links = append(m.links, links[id])
	}
	return m
}

// inTheirWay is m by an analyst: the first leaves some claims out, the second
// ends some a word early, the third answers some questions otherwise.
func (m markup) inTheirWay(text string, analyst int) []annotate.Operation {
	var operations []annotate.Operation
	became := map[annotate.ID]annotate.ID{}
	for i, a := range m.annotations {
		a.Version = 0
		a.Fragments, a.Attributes = slices.Clone(a.Fragments), maps.Clone(a.Attributes)
		claim := a.Kind == annotate.Claim
		switch {
		case analyst == 0 && claim && i%4 == 1:
			continue
		case analyst == 1 && claim && i%3 == 0 && len(a.Fragments) > 0:
			a.Fragments[0] = wordLess(text, a.Fragments[0])
		case analyst == 2 && claim && i%3 == 2 && a.Attributes["quotation"] != nil:
			a.Attributes["quotation"] = "mixed"
		}
		id := store.NewID()
		became[a.ID], a.ID = id, id
		operations = append(operations, annotate.Operation{Op: annotate.Put, Annotation: &a})
	}
	for _, l := range m.links {
		from, to := became[l.From], became[l.To]
		if from == "" || to == "" {
			continue
		}
		l.ID, l.From, l.To, l.Version = store.NewID(), from, to, 0
		operations = append(operations, annotate.Operation{Op: annotate.Put, Link: &l})
	}
	return operations
}

// wordLess is f without its last word.
func wordLess(text string, f annotate.Fragment) annotate.Fragment {
	runes := []rune(text)
	words := string(runes[f.Start:f.End])
	if at := strings.LastIndexByte(words, ' '); at > 0 {
		return annotate.Fragment{Start: f.Start, End: f.Start + len([]rune(words[:at]))}
	}
	return f
}
