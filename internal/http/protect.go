package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"onrecord.dev/internal/annotate"
)

// What a body may weigh. Routes that take more say so with [allowBody] or
// [bodyUpTo].
const (
	bodyLimit      = 1 << 20
	largeBodyLimit = 8 << 20 // articles and change sets
)

// contextKey keeps this package's values in a context apart from others'.
type contextKey int

const (
	askerKey contextKey = iota
	requestIDKey
)

// clientIP notes who asks: whoever is connected or, behind proxies, whom they
// say they ask for.
func clientIP(proxies []string) (func(http.Handler) http.Handler, error) {
	if len(proxies) == 0 {
		return middleware.ClientIPFromRemoteAddr, nil
	}
	ranges := make([]string, len(proxies))
	for i, p := range proxies {
		ranges[i] = p
		if a, err := netip.ParseAddr(p); err == nil {
			ranges[i] = netip.PrefixFrom(a, a.BitLen()).String()
		}
		if _, err := netip.ParsePrefix(ranges[i]); err != nil {
			return nil, fmt.Errorf("the trusted proxy %q is neither an address nor a range: %w", p, err)
		}
	}
	return middleware.ClientIPFromXFF(ranges...), nil
}

// protect wraps every route in what all of them need. What is used first is
// outermost.
func (s *Server) protect(r chi.Router, clientIP func(http.Handler) http.Handler) error {
	crossOrigin := http.NewCrossOriginProtection()
	if s.base.Host != "" {
		// A proxy in front may pass on another Host than the browser sent.
		if err := crossOrigin.AddTrustedOrigin(s.base.String()); err != nil {
			return fmt.Errorf("trust the base URL: %w", err)
		}
	}
	crossOrigin.SetDenyHandler(s.handle(func(http.ResponseWriter, *http.Request) error { return errCrossOrigin }))
	r.Use(
		identify,
		s.record,
		s.recover,
		s.headers,
		clientIP,
		crossOrigin.Handler,
		limitBody,
		// Live events are not in this list: compressed, they would wait in a
		// buffer.
		middleware.Compress(5, "text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml",
			"application/json", "application/problem+json", "application/openapi+json", "application/x-ndjson"),
		middleware.GetHead,
	)
	return nil
}

// identify gives each request an id, for the log and for whoever reports that
// something broke.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey, id)))
	})
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// record writes one line per request. The route is chi's pattern: paths hold
// invitations and other secrets.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now() //nolint:forbidigo // a duration, not a date
		seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(seen, r)
		s.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("request_id", requestID(r.Context())),
			slog.String("method", r.Method),
			slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", max(seen.Status(), http.StatusOK)),
			slog.Int("bytes", seen.BytesWritten()),
			slog.Duration("took", time.Since(began)),
		)
	})
}

// recover turns a panic into the page of a fault. A response that has begun
// is cut off instead, so that nobody takes it for whole.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // the request has its context
			reason := recover()
			if reason == nil {
				return
			}
			if reason == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http compares it this way too
				panic(reason)
			}
			err := fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
			if began, ok := w.(middleware.WrapResponseWriter); ok && began.Status() != 0 {
				s.logFault(r.Context(), err)
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, err)
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// limitedBody is a request's body with a limit that a route may raise before
// it reads: a route that says nothing keeps the small one.
type limitedBody struct {
	io.ReadCloser
	w    http.ResponseWriter
	body io.ReadCloser
}

func (b *limitedBody) limit(bytes int64) {
	b.ReadCloser = http.MaxBytesReader(b.w, b.body, bytes)
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &limitedBody{w: w, body: r.Body}
			b.limit(bodyLimit)
			r.Body = b
		}
		next.ServeHTTP(w, r)
	})
}

// allowBody raises the limit of the body for the routes it is used on.
func allowBody(bytes int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raiseBodyLimit(r, bytes)
			next.ServeHTTP(w, r)
		})
	}
}

func raiseBodyLimit(r *http.Request, bytes int64) {
	if b, ok := r.Body.(*limitedBody); ok {
		b.limit(bytes)
	}
}

// errGone says that whoever asked no longer waits for the answer.
var errGone = errors.New("whoever asked has gone")

// keepOpen lets a response take as long as it needs, in both directions: live
// events and exports outlive the server's timeouts. It returns [errGone] if
// the connection is closed.
func keepOpen(w http.ResponseWriter) error {
	c := http.NewResponseController(w)
	err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}))
	switch {
	case errors.Is(err, net.ErrClosed):
		return errGone
	case err != nil:
		return fmt.Errorf("lift the deadlines: %w", err)
	}
	return nil
}

// pathID reads the id that the route calls name. What is no id names nothing.
func pathID(r *http.Request, name string) (annotate.ID, error) {
	return annotate.ParseID(chi.URLParam(r, name))
}
