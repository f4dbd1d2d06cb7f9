package exchange

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// dialect is how another tool writes down articles and what is tagged in them:
// all that a format has to say for itself. Its file turns what it reads into
// documents, in the tool's own words and offsets, and documents into what it
// writes. What the words mean, whether the offsets hold, and what may come into
// a project is the same for all, and not its business.
type dialect struct {
	// suffixes are how the names of its files end, in a folder or a zip.
	suffixes []string
	// unit is what its offsets count. Where that has varied, or a file turns
	// out to count something else, what is quoted decides.
	unit unit
	// recognises reports whether a file of one of the suffixes that begins with
	// head is in the format.
	recognises func(head string) bool
	// read reads one file. What makes no sense is reported and left out; an
	// error is one of reading, and ends the import.
	read func(in *file, yield func(document) bool) error
	// names says that documents may name canonical entities.
	names bool
	// whole says that a file is gathered as one document before it is handed
	// over, and so must fit into memory.
	whole bool
	// packed says that documents are written into the entries of a zip.
	packed bool
	// write writes documents, to one file or into a zip.
	write func(out *output, documents iter.Seq2[document, error]) error
}

// document is a text and what is tagged in it, in the words of the tool it
// comes from or goes to.
type document struct {
	line int
	// name is what the tool calls it: unique in the file, or empty.
	name     string
	headline string
	metadata annotate.Metadata
	text     string
	// unit is what the offsets of this document count, if that is not what the
	// format's do.
	unit  unit
	marks []mark
	ties  []tie
}

// mark is a stretch of text with a label.
type mark struct {
	line int
	id   string // what ties call it: unique in the document
	// label and attributes are the tool's own.
	label      string
	attributes annotate.Attributes
	fragments  []annotate.Fragment
	// quote is the text of all fragments, with a space between them, where the
	// tool writes down only that.
	quote  string
	entity *annotate.Entity
}

// tie is a relation from one mark to another.
type tie struct {
	line       int
	from, to   string
	label      string
	attributes annotate.Attributes
}

// file is one file of a format that is being read.
type file struct {
	name string
	r    io.Reader
	// all are the files of the folder or zip that this one is in.
	all *Files
	// mapping and codebook are for formats in which it depends on what a thing
	// means how it is written.
	mapping  *Mapping
	codebook *annotate.Codebook
	report   *Report
}

// repaired and refused tell of a line of the file.
func (f *file) repaired(line int, message string) { f.report.note(line, Repaired, message) }
func (f *file) refused(line int, message string)  { f.report.note(line, Refused, message) }

// Input is what to read and for whom.
type Input struct {
	Files *Files
	// Codebook is the one of the project that the articles go to, and By who
	// brings them there At a time: files of other tools name neither.
	Codebook *annotate.Codebook
	By       annotate.User
	At       time.Time
}

// Import reads what is in the files. The report is whole once the articles of
// the corpus have been walked.
func (f Format) Import(in Input) (annotate.Corpus, *Report, error) {
	report := &Report{}
	if f.Ours() {
		c, err := f.importOurs(in.Files)
		return c, report, err
	}
	if !f.Reads() {
		return annotate.Corpus{}, report, annotate.Invalid{"format": "This format can be written and not be read. Choose another."}
	}
	a := &adoption{Input: in, dialect: f.dialect, mapping: f.Mapping(), report: report}
	c := annotate.Corpus{
		Undated:  true,
		Entities: a.entities(),
		People:   func(yield func(annotate.User, error) bool) { yield(in.By, nil) },
		Articles: a.articles(f),
		Line:     func() int { return a.line },
	}
	return c, report, nil
}

// importOurs reads the one file there is in one of our own formats.
func (f Format) importOurs(files *Files) (annotate.Corpus, error) {
	if len(files.names) != 1 {
		return annotate.Corpus{}, annotate.Complain("Give one file: an export of Onrecord is read by itself.")
	}
	r, err := files.open(files.names[0])
	if err != nil {
		return annotate.Corpus{}, err
	}
	return f.read(r)
}

// documents walks the documents of all files of the dialect.
func (a *adoption) documents(report *Report, yield func(*file, document) bool) error {
	more := true
	for _, name := range a.Files.names {
		if !more {
			return nil
		}
		if len(a.Files.names) > 1 && !a.dialect.reads(name) {
			continue
		}
		err := a.Files.read(name, func(r io.Reader) error {
			if a.dialect.whole {
				r = &bounded{r: r, left: maxRecord}
			}
			in := &file{name: name, r: r, all: a.Files, mapping: a.mapping, codebook: a.Codebook, report: report}
			report.file(name)
			return a.dialect.read(in, func(d document) bool {
				more = yield(in, d)
				return more
			})
		})
		if bad, ok := errors.AsType[refusal](err); ok {
			report.note(bad.line, Refused, bad.message)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// refusal is why the rest of a file is left out. Those after it are read.
type refusal struct {
	line    int
	message string
}

func (r refusal) Error() string { return r.message }

// maxMarks is the most marks, ties and the like that a document may have, so
// that they fit into memory.
const maxMarks = 1_000_000

// overfull is the refusal of a document that has so many marks, or so many
// bytes of text, or nil.
func overfull(line, marks, text int) error {
	switch {
	case marks > maxMarks:
		return refusal{line, fmt.Sprintf("There are more than %d annotations in one text.", maxMarks)}
	case text > annotate.MaxText:
		return refusal{line, fmt.Sprintf("The text is longer than %d MiB.", annotate.MaxText>>20)}
	}
	return nil
}

// bounded refuses what is beyond so many bytes.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, refusal{0, fmt.Sprintf("There is more than %d MiB in one record.", maxRecord>>20)}
	}
	return n, err
}

func (d *dialect) reads(name string) bool {
	for _, suffix := range d.suffixes {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}

// beside is the text that a file without one is about: that of the .txt of the
// same name, with or without what follows the last underscore (a name of
// whoever annotated), next to it or anywhere among the files, or else of the
// only .txt there is. It is empty where there is none.
func (f *file) beside() (text, name string, err error) {
	base := strings.TrimSuffix(path.Base(f.name), path.Ext(f.name))
	names := []string{base}
	if i := strings.LastIndexByte(base, '_'); i > 0 {
		names = append(names, base[:i])
	}
	for _, base := range names {
		next := path.Join(path.Dir(f.name), base+".txt")
		for _, name := range append([]string{next}, f.all.texts[base+".txt"]...) {
			text, err := f.text(name)
			if _, tooLong := errors.AsType[refusal](err); err == nil || tooLong {
				return text, name, err
			}
		}
	}
	if len(f.all.texts) == 1 {
		for _, only := range f.all.texts {
			text, err := f.text(only[0])
			return text, only[0], err
		}
	}
	return "", "", nil
}

// text is what is in another of the files.
func (f *file) text(name string) (string, error) {
	r, err := f.all.open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, annotate.MaxText+1))
	if err == nil {
		err = overfull(0, 0, len(raw))
	}
	return string(raw), err
}
