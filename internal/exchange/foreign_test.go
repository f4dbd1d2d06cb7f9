package exchange_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// named finds a format that must be there.
func named(tb testing.TB, name string) exchange.Format {
	tb.Helper()
	f, err := exchange.ByName(name)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// pack makes a zip of files, each a name and what is in it.
func pack(tb testing.TB, files ...string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// foreign reads a file of another tool for a project with the default codebook.
func foreign(tb testing.TB, f exchange.Format, files *exchange.Files) (held, *exchange.Report) {
	tb.Helper()
	c, report, err := f.Import(exchange.Input{
		Files: files, Codebook: annotate.DefaultCodebook(), By: annotate.User{ID: id(ana), Name: "Ana"}, At: noon,
	})
	if err != nil {
		tb.Fatalf("%s: %v", f.Name, err)
	}
	h, err := collect(c)
	if err != nil {
		tb.Fatalf("%s: %v", f.Name, err)
	}
	h.Codebook, h.Version = annotate.DefaultCodebook(), 1
	return h, report
}

func inMemory(tb testing.TB, name string, content []byte) *exchange.Files {
	tb.Helper()
	files, err := exchange.NewFiles(name, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return files
}

// again writes h in the format and reads that.
func again(tb testing.TB, f exchange.Format, h held) (held, *exchange.Report) {
	tb.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, h.corpus(), noon); err != nil {
		tb.Fatal(err)
	}
	return foreign(tb, f, inMemory(tb, "again"+f.Suffix, b.Bytes()))
}

// told are the articles as far as other tools know them: what is tagged where,
// as what, and how it hangs together, without ids, times and names of files.
func told(h held) []string {
	names := map[annotate.ID]string{}
	for _, e := range h.Entities {
		names[e.ID] = string(e.Type) + " " + e.Name
	}
	var lines []string
	for _, d := range h.Articles {
		text := annotate.NewText(d.Revision.Text)
		says := map[annotate.ID]string{}
		article := d.Revision.Text[:min(len(d.Revision.Text), 30)]
		for _, a := range d.Annotations {
			s := a.Kind
			for _, f := range a.Fragments {
				s += " [" + text.Slice(f.Start, f.End) + "]"
			}
			for _, name := range slices.Sorted(keys(a.Attributes)) {
				s += " " + name + "=" + strings.Join(values(a.Attributes[name]), "+")
			}
			if a.Entity != "" {
				s += " <" + names[a.Entity] + ">"
			}
			says[a.ID] = s
			lines = append(lines, article+": "+s)
		}
		for _, l := range d.Links {
			lines = append(lines, article+": "+says[l.From]+" --"+string(l.Role)+"--> "+says[l.To])
		}
	}
	slices.Sort(lines)
	return lines
}

func keys(a annotate.Attributes) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range a {
			if !yield(k) {
				return
			}
		}
	}
}

func values(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	list, _ := v.([]string)
	return list
}
