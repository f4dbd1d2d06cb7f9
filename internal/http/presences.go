package server

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/httprate"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// looksAMinute bounds how often one user's pages may tell where they look. A
// page tells at most every other second.
const looksAMinute = 120

// lookInTurn holds each user to looksAMinute.
func (s *Server) lookInTurn() func(http.Handler) http.Handler {
	return httprate.LimitBy(looksAMinute, time.Minute,
		func(r *http.Request) (string, error) { return string(asker(r.Context()).User.ID), nil },
		httprate.WithLimitHandler(s.handle(func(http.ResponseWriter, *http.Request) error { return errTooManyRequests })))
}

// presenceBody is somebody's open page of an article.
type presenceBody struct {
	Page annotate.ID `json:"page" format:"uuid" doc:"The page, by the id it made for itself. One person may have several open."`
	PresencePlace
	User annotate.ID `json:"user" format:"uuid"`
	Name string      `json:"name" doc:"The user's name."`
}

// PresencePlace is where somebody looks.
type PresencePlace struct {
	Annotation *annotate.ID `json:"annotation" format:"uuid" doc:"The annotation that is focused, or null. It may be one that is not saved yet."`
	Start      *int         `json:"start" minimum:"0" maximum:"100000000" doc:"Where in the text what they look at begins, or null while that is not known."`
}

type presencesOutput struct {
	Body struct {
		Items []presenceBody `json:"items" nullable:"false" doc:"Those opened first first."`
	}
}

// apiPresences lists who has an article open.
func (s *Server) apiPresences(ctx context.Context, in *struct {
	ArticlePath
	OffsetsQuery
},
) (*presencesOutput, error) {
	article, units, err := s.articleOf(ctx, in.ArticlePath, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Stamp(ctx, asker(ctx), article, ""); err != nil {
		return nil, err
	}
	there, err := s.store.Presences(ctx, asker(ctx), article)
	if err != nil {
		return nil, err
	}
	out := &presencesOutput{}
	out.Body.Items = units.presences(there)
	return out, nil
}

type tellPresenceInput struct {
	ArticlePath
	OffsetsQuery
	Body struct {
		Page annotate.ID `json:"page" format:"uuid" doc:"The page, by an id it makes for itself and gives its live events as page, too."`
		PresencePlace
	}
}

// apiTellPresence takes where on an article's page its reader looks. Whoever
// does not tell again within 45 seconds is taken to have left.
func (s *Server) apiTellPresence(ctx context.Context, in *tellPresenceInput) (*struct{}, error) {
	who := asker(ctx)
	article, units, err := s.articleOf(ctx, in.ArticlePath, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	p := store.Presence{Page: in.Body.Page, User: who.User.ID, Start: in.Body.Start}
	if in.Body.Annotation != nil {
		p.Annotation = *in.Body.Annotation
	}
	if p.Start != nil {
		at, err := units.codePoints(*p.Start)
		if err != nil {
			return nil, annotate.Invalid{"start": err.Error()}
		}
		p.Start = &at
	}
	return nil, s.store.Look(ctx, who.Project.ID, article, p)
}

// presences are presences as clients get them.
func (u units) presences(there []store.Presence) []presenceBody {
	list := make([]presenceBody, len(there))
	for i, p := range there {
		list[i] = presenceBody{Page: p.Page, User: p.User, Name: p.UserName}
		if p.Annotation != "" {
			list[i].Annotation = &p.Annotation
		}
		if p.Start != nil {
			list[i].Start = new(u.offset(*p.Start))
		}
	}
	return list
}
