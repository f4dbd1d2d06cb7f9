package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
	"onrecord.dev/web/page"
)

// handlerFunc is an [http.HandlerFunc] that may fail. A handler that returns
// an error has written nothing.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// handle makes h an [http.HandlerFunc] whose errors go to [Server.fail].
func (s *Server) handle(h handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// What only the web can refuse.
var (
	errCrossOrigin      = errors.New("request from another site")
	errMethodNotAllowed = errors.New("method not allowed")
	errTooManyRequests  = errors.New("too many requests")
	errBadRequest       = errors.New("request cannot be read")
	errNotReady         = errors.New("not ready")
	errUnderWay         = errors.New("being computed still")
	errPointChanged     = errors.New("a point has changed since it was seen")
)

// problem is an RFC 9457 problem: what went wrong, and what to do about it. It
// is made in English, and said in the language of whoever gets to read it: see
// [Server.told].
type problem struct {
	Type      string         `json:"type" doc:"Names the kind of problem; stable." example:"tag:onrecord.dev,2026:conflict"`
	Title     string         `json:"title" doc:"The kind of problem in words. Words are English, or what Accept-Language asks for; with the cookie of a browser, its reader's language."`
	Status    int            `json:"status" doc:"The HTTP status."`
	Detail    string         `json:"detail" doc:"What went wrong this time, and what to do about it."`
	Errors    []problemError `json:"errors,omitempty" nullable:"false" doc:"What is wrong with each field."`
	Conflicts []clash        `json:"conflicts,omitempty" nullable:"false" doc:"What each refused operation would have overwritten."`
	// Claim is not in conflicts: a decision overwrites nothing.
	Claim *annotate.AnnotationRecord `json:"claim,omitempty" doc:"The claim as it is now, when a review named another version of it."`
	// Entity is there already, by the name that was given to another.
	Entity *annotate.ID `json:"entity,omitempty" doc:"The entity that has the name already."`

	language string // of title, detail and messages, as a BCP 47 tag
}

type problemError struct {
	Operation *int   `json:"operation,omitempty" doc:"The index of the operation in the change set, from 0."`
	Field     string `json:"field" doc:"The field, as its path within what was sent."`
	Location  string `json:"location" doc:"The field with where it was: body, path, query or header."`
	Message   string `json:"message" doc:"What is wrong with it, and what to do about it."`

	record *annotate.BadRecord // of a file, which the message names in English
}

// clash is what one refused operation would have overwritten. Both members are
// null when it has been deleted.
type clash struct {
	Operation  int                        `json:"operation" doc:"The index of the operation, from 0."`
	Annotation *annotate.AnnotationRecord `json:"annotation" doc:"The annotation as it is now."`
	Link       *annotate.LinkRecord       `json:"link" doc:"The link as it is now."`
}

// Error makes problem an error, as huma wants it.
func (p *problem) Error() string { return p.Detail }

// GetStatus is the status huma answers with.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders are headers for the answer, huma's too: when to try again, and how
// to be let in.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.language != "" {
		h.Set("Content-Language", p.language)
	}
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// ContentType is the content type huma answers with.
func (*problem) ContentType(string) string { return "application/problem+json" }

// fail is the one place where errors become answers. Faults are logged here
// and their text goes no further.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		writeProblem(w, s.told(r, p.locate(places{elsewhere: elsewhere(r.Method)})))
	case p.Status == http.StatusUnauthorized:
		next := ""
		if r.Method == http.MethodGet {
			next = r.URL.RequestURI()
		}
		http.Redirect(w, r, page.SignInNextURL(next), http.StatusSeeOther)
	default:
		s.failPage(w, r, p)
	}
}

// locate says where the fields stand that are wrong. Whoever refused them knows
// only their names.
func (p *problem) locate(where places) *problem {
	for i, e := range p.Errors {
		if e.Operation != nil || e.Location != "body."+e.Field {
			continue
		}
		name, _, _ := strings.Cut(e.Field, ".")
		place, ok := where.parameters[name]
		if !ok {
			place = where.elsewhere
		}
		p.Errors[i].Location = place + "." + e.Field
	}
	return p
}

// told is p in the language of whoever asked: that of the page's reader, or,
// for a program with a token, the one it names in Accept-Language. What the
// catalogue does not have stays English, as what only programs can get wrong.
func (s *Server) told(r *http.Request, p *problem) *problem {
	l := s.language(r)
	if r.Header.Get("Authorization") != "" {
		l = s.spoken.Accepted(r.Header.Get("Accept-Language"))
	}
	told := *p
	told.Title, told.Detail, told.language = l.Say(p.Title), l.Say(p.Detail), l.Tag()
	told.Errors = slices.Clone(p.Errors)
	for i, e := range told.Errors {
		if e.record != nil {
			told.Errors[i].Message = page.BadRecord(l, *e.record)
		} else {
			told.Errors[i].Message = l.Say(e.Message)
		}
	}
	return &told
}

// problem is what people are told of err.
func (s *Server) problem(ctx context.Context, err error) *problem {
	p := problemOf(err)
	if store.Away(err) {
		s.logFault(ctx, err)
	}
	if p.Status != http.StatusInternalServerError {
		return p
	}
	if ctx.Err() != nil || errors.Is(err, errGone) {
		// Whoever asked has gone; what broke off for that is no fault.
		p.Detail = "The request was given up."
		return p
	}
	s.logFault(ctx, err)
	p.Detail = fmt.Sprintf("Something broke on our side. It has been noted as %s. Try again; if it goes on, tell whoever runs this Onrecord.", requestID(ctx))
	return p
}

func (s *Server) logFault(ctx context.Context, err error) {
	route := ""
	if c := chi.RouteContext(ctx); c != nil {
		route = c.RoutePattern()
	}
	s.log.LogAttrs(ctx, slog.LevelError, "request failed",
		slog.String("request_id", requestID(ctx)),
		slog.String("route", route),
		slog.Any("error", err))
}

func writeProblem(w http.ResponseWriter, p *problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // fails only when the client has gone
}

func (s *Server) failPage(w http.ResponseWriter, r *http.Request, p *problem) {
	detail, complaints := p.Detail, make([]string, len(p.Errors))
	for i, e := range p.Errors {
		complaints[i] = e.Message
		detail = "Go back, mend this, and send it again."
	}
	if after := p.GetHeaders().Get("Retry-After"); after != "" {
		w.Header().Set("Retry-After", after)
	}
	err := s.render(w, r, p.Status, page.Problem(s.frame(w, r, s.language(r).Say(p.Title)), p.Status, detail, complaints))
	if err != nil {
		if r.Context().Err() == nil { // else whoever asked has gone
			s.logFault(r.Context(), err)
		}
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// problemOf knows every refusal. What it does not know is a fault.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if p := problemOfFields(err); p != nil {
		return p
	}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			return newProblem(known.status, known.name, known.title, known.detail(err))
		}
	}
	if store.Away(err) {
		return newProblem(http.StatusServiceUnavailable, "database-away", "The database does not answer",
			"Wait a moment and try again: Onrecord goes on by itself as soon as the database is back. What you sent may have been saved all the same, so look before you send it a second time.")
	}
	return newProblem(http.StatusInternalServerError, "fault", "Something broke", "Something broke on our side.")
}

func newProblem(status int, name, title, detail string) *problem {
	return &problem{Type: "tag:onrecord.dev,2026:" + name, Title: title, Status: status, Detail: detail}
}

// problemOfFields turns the errors that name fields or operations into
// problems, or returns nil.
func problemOfFields(err error) *problem {
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		p := newProblem(http.StatusUnprocessableEntity, "invalid", "Not as it must be", "Mend the fields named in errors and send it again.")
		for _, field := range slices.Sorted(maps.Keys(bad)) {
			p.Errors = append(p.Errors, problemError{Field: field, Location: "body." + field, Message: bad[field]})
		}
		return p
	}
	if bad, ok := errors.AsType[annotate.BadFile](err); ok {
		p := newProblem(http.StatusUnprocessableEntity, "bad-file", "File refused", "Nothing was imported. Mend what errors lists and send the file again.")
		for _, b := range bad {
			p.Errors = append(p.Errors, problemError{Field: b.Field, Location: "body", Message: b.Error(), record: &b})
		}
		return p
	}
	if refused, ok := errors.AsType[annotate.Refused](err); ok {
		p := newProblem(http.StatusUnprocessableEntity, "refused", "Change set refused", "Nothing was applied. Mend the operations named in errors and send the change set again.")
		for _, r := range refused {
			e := problemError{Field: "operations", Location: "body.operations", Message: r.Message}
			if r.Operation != annotate.Whole {
				e.Operation, e.Field = &r.Operation, r.Field
				e.Location = strings.TrimSuffix(fmt.Sprintf("body.operations[%d].%s", r.Operation, r.Field), ".")
			}
			p.Errors = append(p.Errors, e)
		}
		return p
	}
	if conflict, ok := errors.AsType[annotate.Conflict](err); ok {
		p := newProblem(http.StatusConflict, "conflict", "Changed since", "Somebody changed this since you looked, so nothing was applied. Look at conflicts for what is there now, and send a new change set based on it.")
		for _, c := range conflict {
			p.Conflicts = append(p.Conflicts, clashOf(c))
		}
		return p
	}
	if changed, ok := errors.AsType[annotate.ClaimChanged](err); ok {
		p := newProblem(http.StatusConflict, "claim-changed", "Changed since", "The claim has changed since you looked, so nothing was decided. Read it again, and decide on the version it has now.")
		record := changed.Current.Record()
		p.Claim = &record
		return p
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return newProblem(http.StatusRequestEntityTooLarge, "too-large", "Too large",
			fmt.Sprintf("What was sent is over the limit of %d MiB. Send it in smaller parts.", large.Limit>>20))
	}
	return nil
}

// refusals are in order: the first that fits is told.
var refusals = []struct {
	err    error
	status int
	name   string
	title  string
	detail func(error) string
}{
	{errNobody, http.StatusUnauthorized, "unauthenticated", language.Key("Not signed in"), always(
		"Sign in, or send an API token in the header Authorization: Bearer TOKEN.")},
	{errSomebodyElse, http.StatusUnauthorized, "somebody-else", language.Key("Somebody else is signed in"), always(
		"This was asked for another user than the one who is signed in, so nothing was done. Sign in again as the one who asked.")},
	{annotate.ErrUnauthenticated, http.StatusUnauthorized, "session-ended", language.Key("No longer signed in"), always(
		"The session or token has expired or was ended. Sign in again, or make a new token on your account page.")},
	{annotate.ErrOwnClaim, http.StatusForbidden, "own-claim", language.Key("Your own claim"), always(
		"In this project nobody approves a claim that they tagged, or that they were the last to change, its speaker, sources and links included. Ask another reviewer.")},
	{annotate.ErrForbidden, http.StatusForbidden, "forbidden", language.Key("Not allowed"), forbidden},
	{annotate.ErrNotFound, http.StatusNotFound, "not-found", language.Key("Nothing here"), always(
		"There is nothing at this address, or nothing that you may see. Check the address, or ask a manager of the project to let you in.")},
	{annotate.ErrExists, http.StatusConflict, "exists", language.Key("Already there"), always(
		"The name, address or identifier is taken. Choose another.")},
	{annotate.ErrTooLarge, http.StatusRequestEntityTooLarge, "too-large", language.Key("Too large"), always(
		"The text is over its limit. Send it in smaller parts.")},
	{errCrossOrigin, http.StatusForbidden, "cross-origin", language.Key("Refused"), always(
		"The request came from another site. Open Onrecord itself and do it there.")},
	{errMethodNotAllowed, http.StatusMethodNotAllowed, "method-not-allowed", language.Key("Not possible here"), always(
		"This address does not take that method. The header Allow lists those it takes.")},
	{store.ErrStale, http.StatusConflict, "stale", language.Key("Changed since"), always(
		"Somebody changed this since you looked. Look at it as it is now, and make your change again.")},
	{store.ErrUnderWay, http.StatusConflict, "under-way", language.Key("Under way"), always(
		"This is being done at the moment. Wait until it has ended, and look again.")},
	{store.ErrUnfinished, http.StatusConflict, "unfinished", language.Key("Not finished"), always(
		"Finish what you have begun first: then the pool has another article for you.")},
	{store.ErrWrongPassword, http.StatusUnauthorized, "wrong-password", language.Key("Not signed in"), always(
		"The e-mail address or the password is not right.")},
	{store.ErrTooManyTries, http.StatusTooManyRequests, "too-many-tries", language.Key("Too many tries"), always(
		"Too many wrong passwords for this account. Wait a quarter of an hour, then try again.")},
	{errNotReady, http.StatusServiceUnavailable, "not-ready", language.Key("Not ready"), always(
		"The database does not answer, or its schema is being changed. Try again in a moment.")},
	{errPointChanged, http.StatusConflict, "point-changed", language.Key("Changed since"), always(
		"Somebody has changed or settled this since you looked, so nothing was settled. Read the article's points again.")},
	{errUnderWay, http.StatusServiceUnavailable, "under-way", language.Key("Being computed"), always(
		"This takes a while and goes on by itself. Ask again in a few seconds.")},
	{errTooManyRequests, http.StatusTooManyRequests, "too-many-requests", language.Key("Too many tries"), always(
		"Wait a minute and try again.")},
	{errBadRequest, http.StatusBadRequest, "bad-request", language.Key("Cannot be read"), always(
		"What was sent cannot be read. Send text as UTF-8, and forms whole.")},
}

func always(detail string) func(error) string { return func(error) string { return detail } }

func forbidden(err error) string {
	if role, ok := errors.AsType[refusedRole](err); ok {
		return role.words()
	}
	return "Your role does not allow this. Ask a manager of the project."
}

func clashOf(c annotate.Clash) clash {
	told := clash{Operation: c.Operation}
	if c.Annotation != nil {
		record := c.Annotation.Record()
		told.Annotation = &record
	}
	if c.Link != nil {
		record := c.Link.Record()
		told.Link = &record
	}
	return told
}

// notFound answers for addresses that lead nowhere.
func (*Server) notFound(http.ResponseWriter, *http.Request) error { return annotate.ErrNotFound }

// methodNotAllowed answers for methods an address does not take.
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if s.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	return errMethodNotAllowed
}
