package exchange

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// contextLength is how much text stands before and after what is quoted, in
// code points.
const contextLength = 32

// encoder appends JSON to a buffer that it writes out whenever it is full.
// Each method appends one value; the caller puts the commas. Beyond what must
// be, it escapes only what some programs take for the end of a line.
type encoder struct {
	w   io.Writer
	b   []byte
	err error // of w, the first

	names []string // scratch of attributes
}

const flushAt = 64 << 10

func newEncoder(w io.Writer) *encoder {
	return &encoder{w: w, b: make([]byte, 0, 2*flushAt)}
}

// flush writes out what has been appended if that is at least n bytes.
func (e *encoder) flush(n int) {
	if len(e.b) < n || e.err != nil {
		return
	}
	_, e.err = e.w.Write(e.b)
	e.b = e.b[:0]
}

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

func (e *encoder) int(n int64) { e.b = strconv.AppendInt(e.b, n, 10) }

// field begins a member of an object: the name with its quotes and what goes
// before and after it, as in `,"name":`.
func (e *encoder) field(name, value string) {
	e.raw(name)
	e.text(value)
}

// known is a member that is null when the value is not known.
func (e *encoder) known(name, value string) {
	e.raw(name)
	if value == "" {
		e.raw("null")
		return
	}
	e.text(value)
}

// plain appends a string in which nothing needs escaping, such as an id.
func (e *encoder) plain(s string) {
	e.b = append(e.b, '"')
	e.b = append(e.b, s...)
	e.b = append(e.b, '"')
}

// safe has the bytes that stand for themselves within a JSON string, whatever
// follows. 0xC2 begins U+0085, 0xE2 begins U+2028 and U+2029.
var safe = func() (safe [256]bool) {
	for c := range safe {
		safe[c] = c >= ' ' && c != '"' && c != '\\' && c != 0xC2 && c != 0xE2
	}
	return safe
}()

// text appends s, which is valid UTF-8, as a JSON string.
func (e *encoder) text(s string) {
	b := e.b
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		if safe[s[i]] {
			continue
		}
		escape, width := escapeOf(s[i:])
		if width == 0 {
			continue
		}
		b = append(b, s[from:i]...)
		b = append(b, escape...)
		from = i + width
	}
	b = append(b, s[from:]...)
	b = append(b, '"')
	e.b = b
}

// escapeOf is what stands for the beginning of s in a JSON string, and how
// many bytes of s it stands for: none when they may stand for themselves.
func escapeOf(s string) (escape string, width int) {
	switch c := s[0]; {
	case c == '"':
		return `\"`, 1
	case c == '\\':
		return `\\`, 1
	case c == '\n':
		return `\n`, 1
	case c == '\r':
		return `\r`, 1
	case c == '\t':
		return `\t`, 1
	case c < ' ':
		const digits = "0123456789abcdef"
		return `\u00` + string([]byte{digits[c>>4], digits[c&15]}), 1
	case strings.HasPrefix(s, "\u0085"):
		return `\u0085`, 2
	case strings.HasPrefix(s, "\u2028"):
		return `\u2028`, 3
	case strings.HasPrefix(s, "\u2029"):
		return `\u2029`, 3
	}
	return "", 0
}

// moment appends t in RFC 3339, UTC, always with microseconds.
func (e *encoder) moment(t time.Time) {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b := e.b
	b = append(b, '"')
	b = digits(b, year, 4)
	b = append(b, '-')
	b = digits(b, int(month), 2)
	b = append(b, '-')
	b = digits(b, day, 2)
	b = append(b, 'T')
	b = digits(b, hour, 2)
	b = append(b, ':')
	b = digits(b, minute, 2)
	b = append(b, ':')
	b = digits(b, second, 2)
	b = append(b, '.')
	b = digits(b, t.Nanosecond()/1000, 6)
	b = append(b, 'Z', '"')
	e.b = b
}

// digits appends n in width digits.
func digits(b []byte, n, width int) []byte {
	b = append(b, "000000"[:width]...)
	for i := len(b) - 1; n > 0 && width > 0; i, width = i-1, width-1 {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

func (e *encoder) strings(list []string) {
	e.b = append(e.b, '[')
	for i, s := range list {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.text(s)
	}
	e.b = append(e.b, ']')
}

// each appends a list. between goes before each item, after the comma.
func each[T any](e *encoder, list []T, between string, item func(T)) {
	e.b = append(e.b, '[')
	for i, v := range list {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.raw(between)
		item(v)
		e.flush(flushAt)
	}
	e.b = append(e.b, ']')
}

func (e *encoder) attributes(a annotate.Attributes) {
	e.b = append(e.b, '{')
	e.names = slices.AppendSeq(e.names[:0], maps.Keys(a))
	slices.Sort(e.names)
	for i, name := range e.names {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.text(name)
		e.b = append(e.b, ':')
		switch v := a[name].(type) {
		case string:
			e.text(v)
		case []string:
			e.strings(v)
		default:
			e.fail(fmt.Errorf("encode attribute %s: a %T is neither a string nor a list of strings", name, v))
		}
	}
	e.b = append(e.b, '}')
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) codebook(c *annotate.Codebook, version int) {
	e.raw(`{"version":`)
	e.int(int64(version))
	e.field(`,"guidelines":`, c.Guidelines)
	e.raw(`,"kinds":`)
	each(e, c.Kinds, "", func(k annotate.Kind) {
		e.field(`{"name":`, k.Name)
		e.field(`,"label":`, k.Label)
		e.field(`,"color":`, k.Color)
		e.field(`,"key":`, k.Key)
		e.raw(`,"entities":`)
		each(e, k.Entities, "", func(t annotate.EntityType) { e.text(string(t)) })
		e.field(`,"guideline":`, k.Guideline)
		e.raw(`,"active":` + strconv.FormatBool(k.Active) + `}`)
	})
	e.raw(`,"attributes":`)
	each(e, c.Attributes, "", e.attribute)
	e.raw(`}`)
}

func (e *encoder) attribute(a annotate.Attribute) {
	e.field(`{"name":`, a.Name)
	e.field(`,"label":`, a.Label)
	e.field(`,"type":`, string(a.Type))
	e.raw(`,"kinds":`)
	e.strings(a.Kinds)
	e.raw(`,"roles":`)
	each(e, a.Roles, "", func(r annotate.LinkRole) { e.text(string(r)) })
	e.raw(`,"values":`)
	each(e, a.Values, "", func(v annotate.Value) {
		e.field(`{"value":`, v.Value)
		e.field(`,"label":`, v.Label)
		e.field(`,"guideline":`, v.Guideline)
		e.raw(`,"active":` + strconv.FormatBool(v.Active) + `}`)
	})
	e.field(`,"guideline":`, a.Guideline)
	e.raw(`,"active":` + strconv.FormatBool(a.Active) + `}`)
}

func (e *encoder) entity(n annotate.Entity) {
	e.raw(`{"id":`)
	e.plain(string(n.ID))
	e.field(`,"type":`, string(n.Type))
	e.field(`,"name":`, n.Name)
	e.field(`,"description":`, n.Description)
	e.raw(`,"names":`)
	each(e, n.Names, "", func(n annotate.EntityName) {
		e.field(`{"name":`, n.Name)
		e.field(`,"type":`, string(n.Type))
		e.raw(`}`)
	})
	e.raw(`}`)
}

func (e *encoder) person(u annotate.User) {
	e.raw(`{"id":`)
	e.plain(string(u.ID))
	e.field(`,"name":`, u.Name)
	e.raw(`}`)
}

func (e *encoder) article(d annotate.AnnotatedArticle) {
	a, r := d.Article, d.Revision
	text := annotate.NewText(r.Text)
	e.raw(`{"id":`)
	e.plain(string(a.ID))
	e.field(`,"headline":`, a.Headline)
	e.known(`,"url":`, a.URL)
	e.known(`,"publisher":`, a.Publisher)
	e.known(`,"author":`, a.Author)
	e.known(`,"datePublished":`, a.DatePublished)
	e.known(`,"datePublishedOrigin":`, a.DatePublishedOrigin)
	e.known(`,"inLanguage":`, a.InLanguage)
	e.made("created", a.CreatedBy, a.CreatedAt)
	e.raw(`,"revision":`)
	e.plain(string(r.ID))
	e.raw(`,"normalisations":`)
	each(e, r.Normalisations, "", func(n annotate.Normalisation) { e.text(string(n)) })
	e.field(`,"text":`, r.Text)
	e.raw(`,"sha256":"`)
	e.b = hex.AppendEncode(e.b, r.SHA256)
	e.raw(`","blocks":`)
	each(e, r.Blocks, "", func(b annotate.Block) {
		e.field(`{"type":`, string(b.Type))
		e.span(int64(b.Start), int64(b.End))
		e.raw(`}`)
	})
	e.raw(`,"seq":`)
	e.int(d.Seq)
	e.raw(`,"annotations":`)
	each(e, d.Annotations, "", func(a annotate.Annotation) { e.annotation(a, text) })
	e.raw(`,"links":`)
	each(e, d.Links, "", e.link)
	e.raw(`,"reviews":`)
	each(e, d.Reviews, "", e.review)
	e.raw(`,"comments":`)
	each(e, d.Comments, "", e.comment)
	e.raw(`}`)
}

// span is a range in code points.
func (e *encoder) span(start, end int64) {
	e.raw(`,"start":`)
	e.int(start)
	e.raw(`,"end":`)
	e.int(end)
}

// made is who did something and when.
func (e *encoder) made(what string, by annotate.ID, at time.Time) {
	e.raw(`,"`)
	e.raw(what)
	e.raw(`_by":`)
	e.plain(string(by))
	e.raw(`,"`)
	e.raw(what)
	e.raw(`_at":`)
	e.moment(at)
}

func (e *encoder) annotation(a annotate.Annotation, text *annotate.Text) {
	e.raw(`{"id":`)
	e.plain(string(a.ID))
	e.field(`,"kind":`, a.Kind)
	e.raw(`,"fragments":[`)
	for i, f := range a.Fragments {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.fragment(f, text)
	}
	e.raw(`],"attributes":`)
	e.attributes(a.Attributes)
	e.known(`,"entity":`, string(a.Entity))
	e.raw(`,"version":`)
	e.int(int64(a.Version))
	e.raw(`,"codebook":`)
	e.int(int64(a.Codebook))
	e.made("created", a.CreatedBy, a.CreatedAt)
	e.made("updated", a.UpdatedBy, a.UpdatedAt)
	if a.Kind == annotate.Claim {
		e.field(`,"review":{"state":`, string(a.Review))
		e.raw(`}`)
	}
	e.raw(`}`)
}

func (e *encoder) fragment(f annotate.Fragment, text *annotate.Text) {
	if f.Start < 0 || f.End < f.Start || f.End > text.Len() {
		e.fail(fmt.Errorf("encode fragment %d to %d: the text has %d code points", f.Start, f.End, text.Len()))
		return
	}
	prefix, suffix := text.Around(f.Start, f.End, contextLength)
	e.raw(`{"start":`)
	e.int(int64(f.Start))
	e.raw(`,"end":`)
	e.int(int64(f.End))
	e.field(`,"exact":`, text.Slice(f.Start, f.End))
	e.field(`,"prefix":`, prefix)
	e.field(`,"suffix":`, suffix)
	e.raw(`}`)
}

func (e *encoder) link(l annotate.Link) {
	e.raw(`{"id":`)
	e.plain(string(l.ID))
	e.raw(`,"from":`)
	e.plain(string(l.From))
	e.raw(`,"to":`)
	e.plain(string(l.To))
	e.field(`,"role":`, string(l.Role))
	e.raw(`,"attributes":`)
	e.attributes(l.Attributes)
	e.raw(`,"version":`)
	e.int(int64(l.Version))
	e.made("created", l.CreatedBy, l.CreatedAt)
	e.made("updated", l.UpdatedBy, l.UpdatedAt)
	e.raw(`}`)
}

func (e *encoder) review(r annotate.Review) {
	e.raw(`{"id":`)
	e.plain(string(r.ID))
	e.raw(`,"claim":`)
	e.plain(string(r.Claim))
	e.raw(`,"version":`)
	e.int(int64(r.Version))
	e.field(`,"decision":`, string(r.Decision))
	e.field(`,"reason":`, r.Reason)
	e.raw(`,"reviewer":`)
	e.plain(string(r.Reviewer))
	e.raw(`,"created_at":`)
	e.moment(r.CreatedAt)
	if r.Imported != nil {
		e.field(`,"imported_from":{"slug":`, r.Imported.From.Slug)
		e.field(`,"name":`, r.Imported.From.Name)
		e.raw(`}`)
	}
	e.raw(`}`)
}

func (e *encoder) comment(c annotate.Comment) {
	e.raw(`{"id":`)
	e.plain(string(c.ID))
	e.raw(`,"claim":`)
	e.plain(string(c.Claim))
	e.raw(`,"author":`)
	e.plain(string(c.Author))
	e.field(`,"body":`, c.Body)
	e.raw(`,"created_at":`)
	e.moment(c.CreatedAt)
	if c.ReplyTo != "" {
		e.raw(`,"reply_to":`)
		e.plain(string(c.ReplyTo))
	}
	if c.Resolved() {
		e.made("resolved", c.ResolvedBy, c.ResolvedAt)
	}
	e.raw(`}`)
}
