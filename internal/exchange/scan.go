package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// maxRecord is the most bytes one article, entity or person may have in a
// file: room for the longest text with hundreds of thousands of annotations.
const maxRecord = 256 << 20

// scanner cuts JSON that is larger than memory into values, and knows on
// which line it is. Whether a value is good JSON is for its decoder to say.
type scanner struct {
	r    *bufio.Reader
	at   int // the line being read, from 1
	line int // on which the newest value begins
	most int // bytes in one value
	buf  []byte
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 64<<10), at: 1, line: 1, most: maxRecord}
}

// bad is a complaint about the line that is being read.
func (s *scanner) bad(format string, args ...any) error {
	return annotate.BadFile{{Line: s.at, Message: fmt.Sprintf(format, args...)}}
}

// broken turns the end of the file into a complaint and leaves other errors.
func (s *scanner) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s.bad("The file ends in the middle: it is not whole.")
	}
	return fmt.Errorf("read the file: %w", err)
}

// peek skips white space and shows the next byte. At the end of the file it
// returns [io.EOF].
func (s *scanner) peek() (byte, error) {
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			s.at++
		case ' ', '\t', '\r':
		default:
			return c, s.r.UnreadByte()
		}
	}
}

// accept takes the next byte if it is c.
func (s *scanner) accept(c byte) (bool, error) {
	next, err := s.peek()
	if err != nil {
		return false, s.broken(err)
	}
	if next != c {
		return false, nil
	}
	_, err = s.r.Discard(1)
	return true, err
}

// expect takes the next byte, which must be c.
func (s *scanner) expect(c byte) error {
	ok, err := s.accept(c)
	if err == nil && !ok {
		next, _ := s.peek() // accept has just seen it
		return s.bad("There is %q where %q belongs.", next, c)
	}
	return err
}

// value takes the next value whole. It is good until the next call.
func (s *scanner) value() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, s.broken(err)
	}
	s.line, s.buf = s.at, s.buf[:0]
	var end ending
	for !end.reached {
		if _, err := s.r.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && end.literal {
				break
			}
			return nil, s.broken(err)
		}
		chunk, _ := s.r.Peek(s.r.Buffered())
		n := end.find(chunk)
		if len(s.buf)+n > s.most {
			return nil, annotate.BadFile{{Line: s.line, Message: fmt.Sprintf("There is more than %d MiB in one record.", s.most>>20)}}
		}
		s.buf = append(s.buf, chunk[:n]...)
		_, _ = s.r.Discard(n) // as much is buffered
	}
	s.at += end.lines
	if !utf8.Valid(s.buf) {
		return nil, annotate.BadFile{{Line: s.line, Message: "This is not valid UTF-8. Save the file as UTF-8 and try again."}}
	}
	return s.buf, nil
}

// ending finds where a value ends.
type ending struct {
	reached bool
	literal bool // a number, true, false or null: ends before what follows it
	depth   int
	quoted  bool
	escaped bool
	lines   int // line feeds passed
}

// find goes through chunk up to the end of the value, if it is in there, and
// says how many of its bytes belong to the value.
func (e *ending) find(chunk []byte) int {
	at := 0
	for at < len(chunk) && !e.reached {
		switch {
		case e.quoted:
			at += e.inString(chunk[at:])
		case e.literal:
			at += e.inLiteral(chunk[at:])
		default:
			e.structure(chunk[at])
			at++
		}
	}
	return at
}

// inString passes what is in a string, up to and with its end.
func (e *ending) inString(chunk []byte) int {
	for i, c := range chunk {
		switch {
		case e.escaped:
			e.escaped = false
		case c == '\\':
			e.escaped = true
		case c == '"':
			e.quoted, e.reached = false, e.depth == 0
			return i + 1
		case c == '\n': // not allowed there, but a line all the same
			e.lines++
		}
	}
	return len(chunk)
}

// inLiteral passes a number, true, false or null that stands alone.
func (e *ending) inLiteral(chunk []byte) int {
	n := bytes.IndexAny(chunk, ",:]} \t\r\n")
	if n < 0 {
		return len(chunk)
	}
	e.reached = true
	return n
}

func (e *ending) structure(c byte) {
	switch c {
	case '"':
		e.quoted = true
	case '{', '[':
		e.depth++
	case '}', ']':
		e.depth--
		e.reached = e.depth <= 0
	case '\n':
		e.lines++
	default:
		e.literal = e.depth == 0
	}
}
