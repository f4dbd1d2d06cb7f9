package server

import (
	"context"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// bulkJSON is a bulk change as clients get it.
type bulkJSON struct {
	ID        annotate.ID       `json:"id,omitempty" doc:"Absent where nothing was done, on a dry run."`
	What      annotate.BulkKind `json:"what" enum:"tag,recode"`
	Wish      annotate.BulkWish `json:"wish" doc:"What it was to do."`
	CreatedBy annotate.ID       `json:"created_by"`
	CreatedAt time.Time         `json:"created_at"`
	UnderWay  bool              `json:"under_way" doc:"It is being worked on at the moment."`
	Articles  int               `json:"articles" doc:"How many it is about."`
	LeftToDo  int               `json:"left_to_do" doc:"Articles it has not come to. If it is not under way, it was broken off and can be resumed."`
	Changed   int               `json:"changed" doc:"Articles it changed, by a change set each."`
	Undone    int               `json:"undone" doc:"Articles in which that was undone."`
	Done      int               `json:"done" doc:"Annotations it changed."`
	Parts     []bulkPartJSON    `json:"parts,omitempty" nullable:"false" doc:"What it did to each article; not in lists."`
}

type bulkPartJSON struct {
	Article   claimArticle       `json:"article"`
	ChangeSet *annotate.ID       `json:"change_set" doc:"The change set it was done by, or null."`
	Done      int                `json:"done" doc:"Annotations it changed or, on a dry run, would change."`
	LeftOut   []annotate.LeftOut `json:"left_out" nullable:"false" doc:"What it did not do, and why."`
	ToDo      bool               `json:"to_do" doc:"It has not come to this article."`
	Undone    *annotate.ID       `json:"undone" doc:"The change set that undid it, or null."`
	Kept      int                `json:"kept" doc:"Annotations that stayed when it was undone, because somebody has built on them since."`
}

func newBulkJSON(b annotate.BulkChange) bulkJSON {
	j := bulkJSON{
		ID: b.ID, What: b.What, Wish: b.Wish, CreatedBy: b.Author, CreatedAt: b.CreatedAt.UTC(), UnderWay: b.UnderWay,
		Articles: b.Articles, LeftToDo: b.LeftToDo, Changed: b.Changed, Undone: b.Undone, Done: b.Done,
	}
	for _, p := range b.Parts {
		j.Parts = append(j.Parts, bulkPartJSON{
			Article: claimArticle{p.Article, p.Headline}, ChangeSet: orNull(p.ChangeSet), Done: p.Done,
			LeftOut: emptyNotNull(p.LeftOut), ToDo: p.ToDo, Undone: orNull(p.Undone), Kept: p.Kept,
		})
	}
	return j
}

// orNull is id, or null where it is empty.
func orNull(id annotate.ID) *annotate.ID {
	if id == "" {
		return nil
	}
	return &id
}

type listBulkInput struct {
	ProjectPath
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"The next of an earlier answer."`
}

type listBulkOutput struct {
	Body struct {
		Items []bulkJSON `json:"items" nullable:"false" doc:"The newest first."`
		Next  string     `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListBulk lists the bulk changes of a project.
func (s *Server) apiListBulk(ctx context.Context, in *listBulkInput) (*listBulkOutput, error) {
	found, err := s.store.BulkChanges(ctx, asker(ctx), in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &listBulkOutput{}
	out.Body.Items, out.Body.Next = make([]bulkJSON, len(found.Items)), found.Next
	for i, b := range found.Items {
		out.Body.Items[i] = newBulkJSON(b)
	}
	return out, nil
}

// BulkPath is the part of an input that names a bulk change.
type BulkPath struct {
	ProjectPath
	Bulk string `path:"bulk" format:"uuid" doc:"The bulk change's id."`
}

type bulkOutput struct{ Body bulkJSON }

// apiShowBulk shows what a bulk change did.
func (s *Server) apiShowBulk(ctx context.Context, in *BulkPath) (*bulkOutput, error) {
	return s.bulkAnswer(ctx, lower(in.Bulk))
}

func (s *Server) bulkAnswer(ctx context.Context, id annotate.ID) (*bulkOutput, error) {
	b, err := s.store.BulkChange(ctx, asker(ctx), id)
	if err != nil {
		return nil, err
	}
	return &bulkOutput{newBulkJSON(b)}, nil
}

// DryRunQuery asks for what would be done.
type DryRunQuery struct {
	DryRun bool `query:"dry_run" doc:"Tell what would be done, and do nothing."`
}

type placeToTag struct {
	Article annotate.ID `json:"article" format:"uuid"`
	Start   int         `json:"start" minimum:"0"`
	End     int         `json:"end" minimum:"0"`
}

type tagAllCall struct {
	ProjectPath
	OffsetsQuery
	DryRunQuery
	Body struct {
		Query      string       `json:"query" maxLength:"500" doc:"The words that were found. Where they no longer stand, nothing is tagged."`
		WholeWords bool         `json:"whole_words" required:"false" doc:"As they were sought."`
		Places     []placeToTag `json:"places" nullable:"false" minItems:"1" maxItems:"1000" doc:"Where to tag: some of what Find words in texts lists."`
		Kind       string       `json:"kind" doc:"What to tag them as."`
		Entity     *annotate.ID `json:"entity" required:"false" format:"uuid" doc:"The entity that is meant, or null. A place that is tagged so already and names none is given it."`
	}
}

// apiTagAll tags places of many articles.
func (s *Server) apiTagAll(ctx context.Context, in *tagAllCall) (*bulkOutput, error) {
	a := asker(ctx)
	t := store.BulkTagging{
		Query: in.Body.Query, WholeWords: in.Body.WholeWords, Kind: in.Body.Kind, Places: map[annotate.ID][]annotate.Fragment{},
		By: a.User.ID, At: s.now(), DryRun: in.DryRun,
	}
	if in.Body.Entity != nil {
		t.Entity = lower(string(*in.Body.Entity))
	}
	counted := map[annotate.ID]units{}
	for _, p := range in.Body.Places {
		article := lower(string(p.Article))
		u, known := counted[article]
		if !known {
			var err error
			if u, err = s.units(ctx, a.Project.ID, article, in.OffsetsQuery); err != nil {
				return nil, err
			}
			counted[article] = u
		}
		start, err := u.codePoints(p.Start)
		if err != nil {
			return nil, annotate.Invalid{"places": err.Error()}
		}
		end, err := u.codePoints(p.End)
		if err != nil {
			return nil, annotate.Invalid{"places": err.Error()}
		}
		t.Places[article] = append(t.Places[article], annotate.Fragment{Start: start, End: end})
	}
	return s.bulkDone(ctx)(s.store.TagAll(ctx, a, t))
}

type claimToRecode struct {
	ID      annotate.ID `json:"id" format:"uuid"`
	Version int         `json:"version" minimum:"1" doc:"The version that was seen. A claim that somebody has changed since is left out."`
}

type recodeAllCall struct {
	ProjectPath
	DryRunQuery
	Body struct {
		Claims    []claimToRecode `json:"claims" nullable:"false" minItems:"1" maxItems:"1000"`
		Attribute string          `json:"attribute" doc:"The question of the codebook."`
		Value     []string        `json:"value" nullable:"false" doc:"The answer: one value or text, several where the question takes several, or none to take the answers away."`
	}
}

// apiRecodeAll answers a question for many claims alike.
func (s *Server) apiRecodeAll(ctx context.Context, in *recodeAllCall) (*bulkOutput, error) {
	a := asker(ctx)
	r := store.BulkRecoding{
		Claims: map[annotate.ID]int{}, Attribute: in.Body.Attribute, Value: in.Body.Value, By: a.User.ID, At: s.now(), DryRun: in.DryRun,
	}
	for _, c := range in.Body.Claims {
		r.Claims[lower(string(c.ID))] = c.Version
	}
	return s.bulkDone(ctx)(s.store.RecodeAll(ctx, a, r))
}

// bulkDone tells what became of a bulk change, or would on a dry run.
func (s *Server) bulkDone(ctx context.Context) func(annotate.BulkChange, error) (*bulkOutput, error) {
	return func(b annotate.BulkChange, err error) (*bulkOutput, error) {
		switch {
		case err != nil:
			return nil, err
		case b.ID == "":
			return &bulkOutput{newBulkJSON(b)}, nil
		}
		return s.bulkAnswer(ctx, b.ID)
	}
}

// apiUndoBulk takes back what a bulk change did.
func (s *Server) apiUndoBulk(ctx context.Context, in *BulkPath) (*bulkOutput, error) {
	return s.apiTurnBulk(ctx, in, s.store.UndoBulk)
}

// apiResumeBulk does what a bulk change has left to do.
func (s *Server) apiResumeBulk(ctx context.Context, in *BulkPath) (*bulkOutput, error) {
	return s.apiTurnBulk(ctx, in, s.store.ResumeBulk)
}

func (s *Server) apiTurnBulk(ctx context.Context, in *BulkPath, turn func(context.Context, store.Asker, store.BulkTurn) error) (*bulkOutput, error) {
	a := asker(ctx)
	if err := turn(ctx, a, store.BulkTurn{Bulk: lower(in.Bulk), By: a.User.ID, At: s.now()}); err != nil {
		return nil, err
	}
	return s.bulkAnswer(ctx, lower(in.Bulk))
}
