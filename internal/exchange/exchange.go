// Package exchange turns annotate's types into file formats and back: one
// file per format. It streams: neither a reader nor a writer ever holds more
// than one article.
package exchange

import (
	"fmt"
	"io"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// Format is a file format.
type Format struct {
	// Name is what the format is called in addresses and on the command line.
	Name string
	// Title says to people what it is.
	Title string
	// Suffix is how its files' names end.
	Suffix string
	// MediaType is its type in HTTP.
	MediaType string

	// Ours are read and written whole; those of other tools are a dialect.
	write   func(w io.Writer, c annotate.Corpus, at time.Time) error
	read    func(r io.Reader) (annotate.Corpus, error)
	dialect *dialect
	mapping *Mapping // nil is the one that comes with the format
}

// Formats lists the formats, the default first.
var Formats = []Format{
	jsonFormat, jsonlFormat, bratFormat, w3cFormat, doccanoFormat, prodigyFormat, labelStudioFormat, hypothesisFormat,
	webannoFormat, casFormat, conllFormat, wikinewsFormat, csvFormat, claimReviewFormat, graphMLFormat,
}

// ByName finds the format called name, the default for an empty name. It
// refuses any other with an [annotate.Invalid] under format.
func ByName(name string) (Format, error) {
	if name == "" {
		return Formats[0], nil
	}
	return find(fmt.Sprintf("Use one of: %s.", strings.Join(Names(), ", ")), func(f Format) bool { return f.Name == name })
}

// ByFile finds the format of the file called name by its suffix. It refuses,
// with an [annotate.Invalid] under format, an unknown one, and a zip, in which
// there may be anything.
func ByFile(name string) (Format, error) {
	lower := strings.ToLower(name)
	return find(fmt.Sprintf("The name %q does not say which format it is. Give one of: %s.", name, strings.Join(Names(), ", ")),
		func(f Format) bool { return f.Suffix != ".zip" && strings.HasSuffix(lower, f.Suffix) })
}

// Detect finds the format of files by their names and what they begin with.
// It refuses what is in no format with an [annotate.Invalid] under format.
func Detect(files *Files) (Format, error) {
	ours := len(files.names) == 1 && files.begins(`{"format":"onrecord"`)
	for _, f := range Formats {
		if !ours && f.dialect != nil && f.dialect.recognises(files.head(f.dialect)) {
			return f, nil
		}
	}
	if len(files.names) == 1 {
		return ByFile(files.names[0])
	}
	return Format{}, annotate.Invalid{"format": fmt.Sprintf("The files do not show which format they are in. Give one of: %s.", strings.Join(Names(), ", "))}
}

// Ours reports whether the format carries everything there is.
func (f Format) Ours() bool { return f.read != nil }

// Reads reports whether the format can be imported. All can be exported.
func (f Format) Reads() bool { return f.read != nil || f.dialect != nil }

func find(complaint string, is func(Format) bool) (Format, error) {
	for _, f := range Formats {
		if is(f) {
			return f, nil
		}
	}
	return Format{}, annotate.Invalid{"format": complaint}
}

// Names lists what the formats are called.
func Names() []string {
	list := make([]string, len(Formats))
	for i, f := range Formats {
		list[i] = f.Name
	}
	return list
}

// Write writes c to w, exported at the time at. What has been written when it
// fails is not a whole file.
func (f Format) Write(w io.Writer, c annotate.Corpus, at time.Time) error {
	if f.write != nil {
		return f.write(w, c, at)
	}
	return f.writeForeign(w, c, at)
}

// Read reads a corpus in one of our own formats from r. The corpus goes on reading from r as its
// sequences are walked. It checks what a file says of itself: its format, that
// what it quotes is in the text, that a text has the SHA-256 it should have.
// What is wrong comes as an [annotate.BadFile], at once or from a sequence;
// any other error is r's.
func (f Format) Read(r io.Reader) (annotate.Corpus, error) {
	return f.read(r)
}
