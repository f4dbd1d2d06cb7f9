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

	write func(w io.Writer, c annotate.Corpus, at time.Time) error
	read  func(r io.Reader) (annotate.Corpus, error)
}

// Formats lists the formats, the default first.
var Formats = []Format{jsonFormat, jsonlFormat}

// ByName finds the format called name, the default for an empty name. It
// refuses any other with an [annotate.Invalid] under format.
func ByName(name string) (Format, error) {
	if name == "" {
		return Formats[0], nil
	}
	return find(fmt.Sprintf("Use one of: %s.", names()), func(f Format) bool { return f.Name == name })
}

// ByFile finds the format of the file called name by its suffix. It refuses
// an unknown one with an [annotate.Invalid] under format.
func ByFile(name string) (Format, error) {
	lower := strings.ToLower(name)
	return find(fmt.Sprintf("The name %q does not say which format it is. Give one of: %s.", name, names()),
		func(f Format) bool { return strings.HasSuffix(lower, f.Suffix) })
}

func find(complaint string, is func(Format) bool) (Format, error) {
	for _, f := range Formats {
		if is(f) {
			return f, nil
		}
	}
	return Format{}, annotate.Invalid{"format": complaint}
}

func names() string {
	list := make([]string, len(Formats))
	for i, f := range Formats {
		list[i] = f.Name
	}
	return strings.Join(list, ", ")
}

// Write writes c to w, exported at the time at. What has been written when it
// fails is not a whole file.
func (f Format) Write(w io.Writer, c annotate.Corpus, at time.Time) error {
	return f.write(w, c, at)
}

// Read reads a corpus from r. The corpus goes on reading from r as its
// sequences are walked. It checks what a file says of itself: its format, that
// what it quotes is in the text, that a text has the SHA-256 it should have.
// What is wrong comes as an [annotate.BadFile], at once or from a sequence;
// any other error is r's.
func (f Format) Read(r io.Reader) (annotate.Corpus, error) {
	return f.read(r)
}
