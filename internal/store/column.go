package store

import (
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// column is an array parameter as PostgreSQL reads it, such as {a,"b c"}. It
// is written by hand because a change set has some thirty of them with one
// element each, and finding out how to encode a list of a Go type as an array
// of a database's costs pgx more than the element does.
type column struct {
	b []byte
	n int // elements
}

// plain adds v, in which nothing needs quotes.
func (c *column) plain(v string) { c.b = append(append(c.b, c.comma()), v...) }

// quoted adds v, whatever is in it but NUL.
func (c *column) quoted(v string) {
	c.b = append(c.b, c.comma(), '"')
	for {
		i := strings.IndexAny(v, `"\`)
		if i < 0 {
			break
		}
		c.b = append(append(c.b, v[:i]...), '\\', v[i])
		v = v[i+1:]
	}
	c.b = append(append(c.b, v...), '"')
}

func (c *column) id(v annotate.ID) { c.plain(string(v)) }

// idOrNull adds v, or NULL when it is empty.
func (c *column) idOrNull(v annotate.ID) {
	if v == "" {
		v = "NULL"
	}
	c.id(v)
}

func (c *column) int(v int64) { c.b = strconv.AppendInt(append(c.b, c.comma()), v, 10) }

func (c *column) intOrNull(v *int64) {
	if v == nil {
		c.plain("NULL")
		return
	}
	c.int(*v)
}

func (c *column) bool(v bool) { c.b = strconv.AppendBool(append(c.b, c.comma()), v) }

// time adds v, of a year that has four digits.
func (c *column) time(v time.Time) {
	c.b = v.UTC().AppendFormat(append(c.b, c.comma()), `"2006-01-02 15:04:05.999999Z"`)
}

// comma is what goes before the next element.
func (c *column) comma() byte {
	if c.n++; c.n == 1 {
		return '{'
	}
	return ','
}

// String is the array, which pgx passes on as it is.
func (c *column) String() string {
	if len(c.b) == 0 {
		return "{}"
	}
	return string(c.b) + "}"
}

// arguments are columns as a statement takes them.
func arguments(columns []column) []any {
	arguments := make([]any, len(columns))
	for i := range columns {
		arguments[i] = columns[i].String()
	}
	return arguments
}
