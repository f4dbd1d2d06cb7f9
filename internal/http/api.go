package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// operations are the API's part of a permission group: what is registered on
// it is open to those whom the group's router lets through.
type operations struct {
	huma.API
	server *Server
}

// api is where the operations of the group r are registered. All groups are
// described in one document.
func (s *Server) api(r chi.Router) operations {
	config := huma.Config{
		OpenAPI:       s.openapi,
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.tellProblem},
	}
	return operations{API: huma.NewGroup(humachi.New(r, config), "/api/v1"), server: s}
}

// tellProblem has problems of huma's and of the handlers below it told in the
// language of whoever asked.
func (s *Server) tellProblem(c huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*problem)
	if !ok {
		return v, nil
	}
	r, _ := humachi.Unwrap(c)
	p = s.told(r, p)
	c.SetHeader("Content-Language", p.language)
	return p, nil
}

func newOpenAPI() *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Onrecord", Version: "1",
			Description: "Offsets are Unicode code points and ranges are half-open. Lists are paged: send next back as cursor.",
		},
		// The paths leave it out.
		Servers: []*huma.Server{{URL: "/api/v1"}},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer", Description: "An API token, made on the account page."},
				"session": {Type: "apiKey", In: "cookie", Name: "onrecord", Description: "The cookie of a browser that is signed in."},
			},
		},
		Security: []map[string][]string{{"token": {}}, {"session": {}}},
	}
}

// call is a handler of the API. Like a [handlerFunc] it returns its errors.
type call[I, O any] = func(ctx context.Context, in *I) (*O, error)

// get, post, put, patch and del register handlers. The summary also names the
// operation: "List members" becomes list-members.
func get[I, O any](to operations, path, summary string, h call[I, O], options ...option) {
	register(to, http.MethodGet, path, summary, h, options)
}

func post[I, O any](to operations, path, summary string, h call[I, O], options ...option) {
	register(to, http.MethodPost, path, summary, h, options)
}

func put[I, O any](to operations, path, summary string, h call[I, O], options ...option) {
	register(to, http.MethodPut, path, summary, h, options)
}

func patch[I, O any](to operations, path, summary string, h call[I, O], options ...option) {
	register(to, http.MethodPatch, path, summary, h, options)
}

func del[I, O any](to operations, path, summary string, h call[I, O], options ...option) {
	register(to, http.MethodDelete, path, summary, h, options)
}

func register[I, O any](to operations, method, path, summary string, h call[I, O], options []option) {
	op := huma.Operation{
		OperationID: strings.ReplaceAll(strings.ToLower(summary), " ", "-"),
		Method:      method,
		Path:        path,
		Summary:     summary,
		Tags:        []string{subject(path)},
		// Bodies are limited by limitBody, and their time by the server.
		MaxBodyBytes:    -1,
		BodyReadTimeout: readTimeout,
		Errors:          []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusServiceUnavailable},
	}
	for _, o := range options {
		o(&op)
	}
	if body, ok := op.Metadata["body"].(reflect.Type); ok {
		schema := to.OpenAPI().Components.Schemas.Schema(body, true, op.OperationID)
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}}
	}
	where := placesIn(method, reflect.TypeFor[I]())
	huma.Register(to, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, to.server.problem(ctx, err).locate(where)
		}
		return out, nil
	})
}

// places has for each parameter of a call where it stands: path, query or
// header. What it does not have stands in elsewhere.
type places struct {
	parameters map[string]string
	elsewhere  string
}

// placesIn reads the places off the tags of a call's input.
func placesIn(method string, input reflect.Type) places {
	p := places{parameters: map[string]string{}, elsewhere: elsewhere(method)}
	for _, f := range reflect.VisibleFields(input) {
		for _, place := range []string{"path", "query", "header"} {
			if name := f.Tag.Get(place); name != "" {
				p.parameters[name] = place
			}
		}
	}
	return p
}

// elsewhere is where fields stand that are no parameters: a request that
// changes nothing has no body.
func elsewhere(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		return "query"
	}
	return "body"
}

// readTimeout is how long a body may take to arrive.
const readTimeout = time.Minute

// subject is what an operation is about: the last fixed part of its path.
func subject(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := len(parts) - 1; i > 0; i-- {
		if !strings.HasPrefix(parts[i], "{") {
			return parts[i]
		}
	}
	return parts[0]
}

// option changes how an operation is registered.
type option func(*huma.Operation)

// bodyUpTo raises the limit of the body.
func bodyUpTo(bytes int64) option {
	return func(op *huma.Operation) {
		op.Errors = append(op.Errors, http.StatusRequestEntityTooLarge)
		op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
			r, _ := humachi.Unwrap(ctx)
			raiseBodyLimit(r, bytes)
			next(ctx)
		})
	}
}

// answering sets the status of success, where it is not 200.
func answering(status int) option {
	return func(op *huma.Operation) { op.DefaultStatus = status }
}

// answeringWith describes the body of an answer that the handler writes
// itself.
func answeringWith[T any]() option {
	return func(op *huma.Operation) { op.Metadata = map[string]any{"body": reflect.TypeFor[T]()} }
}

// ProjectPath is the part of an input that names the project. The group's
// middleware has read it; handlers find the project in asker(ctx).Project.
type ProjectPath struct {
	Project string `path:"project" doc:"The project's slug." example:"peace-plan"`
}

// jsonFormat reads and writes JSON. Text that would not come out of the
// database as it went in is refused, where encoding/json would put U+FFFD in
// its place without a word.
var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if err := checkJSONText(data); err != nil {
			return err
		}
		err := json.Unmarshal(data, v)
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("%s cannot be a %s", wrong.Field, wrong.Value) // the rest is about our types
		}
		return err
	},
}

func checkJSONText(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8; send JSON as UTF-8")
	}
	for rest := data; ; {
		at := bytes.IndexByte(rest, '\\')
		if at < 0 {
			return nil
		}
		n, ok := escape(rest[at:])
		if !ok {
			return errors.New("the body has half of a surrogate pair; send characters whole")
		}
		rest = rest[at+n:]
	}
}

// escape measures the escape that b begins with. It is not ok if it is a half
// of a surrogate pair without the other.
func escape(b []byte) (n int, ok bool) {
	r := escapedRune(b)
	if !utf16.IsSurrogate(r) {
		return min(len(b), 2), true
	}
	if utf16.DecodeRune(r, escapedRune(b[6:])) == utf8.RuneError {
		return 0, false
	}
	return 12, true
}

// escapedRune is the UTF-16 unit that b begins with as \uXXXX, or 0.
func escapedRune(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}

// huma's own complaints come in our form. It has no other place to say so
// than this variable.
func init() {
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return humaProblem(status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(status, message, errs)
	}
}

// humaProblem tells what huma found wrong with a request before any handler
// saw it.
func humaProblem(status int, message string, errs []error) *problem {
	for _, err := range errs {
		if p := problemOfFields(err); p != nil {
			return p
		}
	}
	switch {
	case status == http.StatusInternalServerError && len(errs) > 0: // the body broke off
		return problemOf(errBadRequest)
	case status == http.StatusRequestTimeout:
		return newProblem(status, "timeout", "Too slow", "The body took too long to arrive. Try again.")
	case status == http.StatusUnsupportedMediaType:
		return newProblem(status, "unsupported-media-type", "Not JSON", "Send JSON, with the header Content-Type: application/json.")
	}
	p := newProblem(status, "invalid", "Not as it must be", "Mend what errors lists and send it again.")
	if len(errs) == 0 {
		p.Detail = sentence(message) + "."
	}
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, complaint(d))
		}
	}
	return p
}

// complaint is d in our form. Of a field that is missing huma says only where
// it is missing from.
func complaint(d *huma.ErrorDetail) problemError {
	location, message := d.Location, d.Message
	if name, ok := strings.CutPrefix(message, "expected required property "); ok {
		location += "." + strings.TrimSuffix(name, " to be present")
		message = "this is missing"
	}
	return problemError{Field: field(location), Location: location, Message: sentence(message) + "."}
}

// field is location without where it was: body.name is name.
func field(location string) string {
	for _, where := range []string{"body.", "path.", "query.", "header."} {
		if rest, ok := strings.CutPrefix(location, where); ok {
			return rest
		}
	}
	return location
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".")
}

// showOpenAPI describes the API in OpenAPI 3.1.
func (s *Server) showOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	document, err := json.Marshal(s.openapi)
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(document) // fails only when the client has gone
	return nil
}
