package exchange

import (
	"errors"
	"io"
	"iter"
	"time"

	"onrecord.dev/internal/annotate"
)

// What every file of ours says of itself.
const (
	formatName    = "onrecord"
	formatVersion = 1
	offsetUnit    = "codepoint"
)

// jsonFormat is one object with everything in it: the members of the header,
// then the articles. Each entity, person and article is on a line of its own,
// so that line numbers mean something and files can be compared by line.
var jsonFormat = Format{
	Name: "json", Title: "JSON", Suffix: ".json", MediaType: "application/json",
	write: writeJSON, read: readJSON,
}

func writeJSON(w io.Writer, c annotate.Corpus, at time.Time) error {
	e := newEncoder(w)
	if err := e.header(c, at, "\n"); err != nil {
		return err
	}
	e.raw(",\n" + `"articles":`)
	if err := sequence(e, c.Articles, "\n", e.article); err != nil {
		return err
	}
	e.raw("}\n")
	e.flush(0)
	return e.err
}

// header appends the object of a file without its end and without its
// articles. line goes before each of what may be many.
func (e *encoder) header(c annotate.Corpus, at time.Time, line string) error {
	e.field(`{"format":`, formatName)
	e.raw(`,"version":`)
	e.int(formatVersion)
	e.field(`,"offset_unit":`, offsetUnit)
	e.raw(`,"exported_at":`)
	e.moment(at)
	e.field(`,"project":{"slug":`, c.Origin.Slug)
	e.field(`,"name":`, c.Origin.Name)
	e.raw(`}`)
	if c.Quorum > 1 {
		e.raw(`,"quorum":`)
		e.int(int64(c.Quorum))
	}
	e.raw(`,"codebook":`)
	e.codebook(c.Codebook, c.CodebookVersion)
	if len(c.Earlier) > 0 {
		e.raw("," + line + `"earlier_codebooks":`)
		each(e, c.Earlier, line, func(v annotate.EarlierCodebook) { e.codebook(v.Codebook, v.Version) })
	}
	e.raw("," + line + `"entities":`)
	if err := sequence(e, c.Entities, line, e.entity); err != nil {
		return err
	}
	e.raw("," + line + `"people":`)
	return sequence(e, c.People, line, e.person)
}

// sequence appends a list whose items come one by one. It stops at the first
// error of theirs or of the writer's.
func sequence[T any](e *encoder, items iter.Seq2[T, error], line string, item func(T)) error {
	separator := "["
	for v, err := range items {
		if err != nil {
			return err
		}
		e.raw(separator + line)
		separator = ","
		item(v)
		if e.flush(flushAt); e.err != nil {
			return e.err
		}
	}
	if separator == "[" {
		e.raw("[]")
		return e.err
	}
	e.raw(line + "]")
	return e.err
}

func readJSON(r io.Reader) (annotate.Corpus, error) {
	d := newDecoder(r)
	c, err := d.corpus()
	if err != nil {
		return c, err
	}
	articles := list(d, "articles", d.article)
	c.Articles = func(yield func(annotate.AnnotatedArticle, error) bool) {
		if !d.ended && d.key == "" {
			yield(annotate.AnnotatedArticle{}, d.bad("There are no articles in this file. If it is one article a line, its format is jsonl."))
			return
		}
		more := true
		articles(func(a annotate.AnnotatedArticle, err error) bool {
			more = yield(a, err) && err == nil
			return more
		})
		if !more || d.ended {
			return
		}
		if err := d.over(); err != nil {
			yield(annotate.AnnotatedArticle{}, err)
		}
	}
	return c, nil
}

// over refuses anything after the end of the object.
func (d *decoder) over() error {
	if d.key != "" {
		return d.misplaced(d.key, "}")
	}
	c, err := d.peek()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return d.broken(err)
	}
	return d.bad("There is %q after the end.", c)
}
