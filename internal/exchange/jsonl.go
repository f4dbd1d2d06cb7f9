package exchange

import (
	"errors"
	"io"
	"time"

	"onrecord.dev/internal/annotate"
)

// jsonlFormat is the same as [jsonFormat] cut into lines: the first is the
// header, everything but the articles; each further one is an article.
var jsonlFormat = Format{
	Name: "jsonl", Title: "JSON Lines", Suffix: ".jsonl", MediaType: "application/x-ndjson",
	write: writeJSONL, read: readJSONL,
}

func writeJSONL(w io.Writer, c annotate.Corpus, at time.Time) error {
	e := newEncoder(w)
	if err := e.header(c, at, ""); err != nil {
		return err
	}
	e.raw("}\n")
	for d, err := range c.Articles {
		if err != nil {
			return err
		}
		e.article(d)
		e.raw("\n")
		if e.flush(flushAt); e.err != nil {
			return e.err
		}
	}
	e.flush(0)
	return e.err
}

func readJSONL(r io.Reader) (annotate.Corpus, error) {
	d := newDecoder(r)
	c, err := d.corpus()
	if err != nil {
		return c, err
	}
	c.Articles = func(yield func(annotate.AnnotatedArticle, error) bool) {
		if d.ended {
			return
		}
		d.ended = true
		if d.key != "" {
			yield(annotate.AnnotatedArticle{}, d.bad("The header goes on with %q where it should end. If the file is one object, its format is json.", d.key))
			return
		}
		for {
			_, err := d.peek()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(annotate.AnnotatedArticle{}, d.broken(err))
				return
			}
			a, err := d.article()
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
	return c, nil
}
