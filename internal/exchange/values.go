package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"onrecord.dev/internal/annotate"
)

// values yields each value of a file in JSON, whether they are in one list, one
// a line or just one after the other, or the items of the member called list
// where that is all a file has. What cannot be read is reported.
func (f *file) values(list string, yield func(line int, value []byte) bool) error {
	s := newScanner(f.r)
	if mark, err := s.r.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = s.r.Discard(3) // as much is there
	}
	err := f.walk(s, list, yield)
	if bad, ok := errors.AsType[annotate.BadFile](err); ok {
		f.refused(bad[0].Line, bad[0].Message)
		return nil
	}
	return err
}

func (f *file) walk(s *scanner, list string, yield func(int, []byte) bool) error {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		f.refused(0, "The file is empty. Choose another.")
		return nil
	}
	if err == nil && c == '{' && list != "" {
		return f.inside(s, list, yield)
	}
	if err == nil && c == '[' {
		return items(s, yield)
	}
	for err == nil {
		var v []byte
		if v, err = s.value(); err == nil && !yield(s.line, v) {
			return nil
		}
		if err == nil {
			_, err = s.peek()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// items yields the items of the list that comes next.
func items(s *scanner, yield func(int, []byte) bool) error {
	if err := s.expect('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		if ended, err := s.accept(']'); ended || err != nil {
			return err
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
		}
		v, err := s.value()
		if err != nil || !yield(s.line, v) {
			return err
		}
	}
}

// inside yields the items of a member of the object that comes next.
func (f *file) inside(s *scanner, list string, yield func(int, []byte) bool) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		if ended, err := s.accept('}'); ended || err != nil {
			return err
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
		}
		raw, err := s.value()
		if err != nil {
			return err
		}
		key := string(raw)
		if err := s.expect(':'); err != nil {
			return err
		}
		if c, err := s.peek(); err == nil && c == '[' && key == `"`+list+`"` {
			if err := items(s, yield); err != nil {
				return err
			}
		} else if _, err := s.value(); err != nil {
			return err
		}
	}
}

// decode reads a value, or reports why it cannot.
func (f *file) decode(line int, raw []byte, into any) bool {
	err := json.Unmarshal(raw, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		f.refused(line, fmt.Sprintf("There is a %s in %q, which does not belong.", wrong.Value, wrong.Field))
	} else if err != nil {
		f.refused(line, fmt.Sprintf("This is not JSON: %s.", strings.TrimSuffix(err.Error(), ".")))
	}
	return err == nil
}

// attributesOf are the members of an object that are strings, lists of
// strings, numbers or truth values, but for some.
func attributesOf(members map[string]any, but ...string) annotate.Attributes {
	a := annotate.Attributes{}
	for name, value := range members {
		switch v := value.(type) {
		case string:
			a[name] = v
		case bool, float64:
			a[name] = fmt.Sprint(v)
		case []any:
			if list := listed(v); len(v) > 0 {
				a[name] = list
			}
		}
	}
	for _, name := range but {
		delete(a, name)
	}
	return a
}

// entityName is how formats for which a name has to be one string write an
// entity: its type and its name.
func entityName(e *annotate.Entity) string { return string(e.Type) + ":" + e.Name }

// entityNamed reads what entityName wrote, or any other name.
func entityNamed(s string) *annotate.Entity {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	if kind, name, ok := strings.Cut(s, ":"); ok {
		for _, t := range annotate.EntityTypes {
			if string(t) == kind {
				return &annotate.Entity{Type: t, Name: name}
			}
		}
	}
	return &annotate.Entity{Name: s}
}
