package server

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// hungUp is a response to somebody whose connection is closed.
type hungUp struct{ *httptest.ResponseRecorder }

func (hungUp) SetReadDeadline(time.Time) error { return &net.OpError{Op: "set", Err: net.ErrClosed} }

func (hungUp) SetWriteDeadline(time.Time) error { return &net.OpError{Op: "set", Err: net.ErrClosed} }

func TestNobodyIsToBlameForAClosedConnection(t *testing.T) {
	t.Parallel()
	err := keepOpen(hungUp{httptest.NewRecorder()})
	if !errors.Is(err, errGone) {
		t.Fatalf("got %v", err)
	}
	s := newServer(t)
	if p := s.problem(t.Context(), err); p.Status != http.StatusInternalServerError || p.Detail != "The request was given up." {
		t.Errorf("told of %v is %+v", err, p)
	}
	if s.logged.Len() > 0 {
		t.Errorf("logged %s", s.logged)
	}
}
