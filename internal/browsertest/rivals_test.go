package browsertest

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"onrecord.dev/internal/annotate"
)

// What the workbench is compared with: the same page, with the same text, in
// which something else shows the annotations.

const (
	marksPath    = "/rival/marks"
	recogitoPath = "/rival/recogito"
)

// addMarks adds the page without annotations, the text of which the server has
// marked up with an element for each annotation.
func (l *longread) addMarks() {
	page := l.ana.get(l.path(l.bare))
	page = block.ReplaceAllFunc(page, func(b []byte) []byte {
		parts := block.FindSubmatch(b)
		start, _ := strconv.Atoi(string(parts[2]))
		return slices.Concat(parts[1], l.marked(start, html.UnescapeString(string(parts[3]))), parts[4])
	})
	page = withStyle(page, marksPath+".css")
	l.pages.HandleFunc(marksPath, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	l.pages.HandleFunc(marksPath+".css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = fmt.Fprint(w, `
			#text mark { color: inherit; background: none }
			#text mark.claim { background: var(--amber-wash) }
			#text mark.speaker { text-decoration: underline solid var(--blue-mark) 2px }
			#text mark.source { text-decoration: underline double var(--green-mark) 1.5px }
			#text mark.cue { text-decoration: underline dotted var(--slate-mark) 2px }`)
	})
}

// block is a block of the text on the page: what opens it, the code point at
// which it begins, its text, and what closes it.
var block = regexp.MustCompile(`(<[a-z0-9]+ class="[^"]*" data-start="([0-9]+)" dir="auto">)([^<]*)(</)`)

// marked is the text of a block with its annotations as elements. Where they
// overlap, elements are cut: HTML knows only nesting.
func (l *longread) marked(start int, text string) []byte {
	end := start + len([]rune(text))
	cuts := []int{start, end}
	var within []annotate.Annotation
	for _, tag := range l.tags {
		for _, f := range tag.Fragments {
			if f.Start < end && start < f.End {
				cuts = append(cuts, max(f.Start, start), min(f.End, end))
				within = append(within, annotate.Annotation{Kind: tag.Kind, Fragments: []annotate.Fragment{f}})
			}
		}
	}
	slices.Sort(cuts)
	slices.SortFunc(within, func(a, b annotate.Annotation) int { return cmp.Compare(a.Fragments[0].Start, b.Fragments[0].Start) })
	var b bytes.Buffer
	cuts = slices.Compact(cuts)
	for i, from := range cuts[:len(cuts)-1] {
		var open int
		for _, tag := range within {
			if f := tag.Fragments[0]; f.Start <= from && from < f.End {
				fmt.Fprintf(&b, `<mark class="%s">`, tag.Kind)
				open++
			}
		}
		b.WriteString(html.EscapeString(l.text.Slice(from, cuts[i+1])) + strings.Repeat("</mark>", open))
	}
	return b.Bytes()
}

func withStyle(page []byte, address string) []byte {
	return bytes.Replace(page, []byte("</head>"), []byte(`<link rel="stylesheet" href="`+address+`"></head>`), 1)
}

// addRecogito adds the page with annotations, with the script of Recogito in
// the place of ours. Its renderer is the query of the page's address.
func (l *longread) addRecogito(b *testing.B) {
	b.Helper()
	script, style := bundleRecogito(b)
	page := withStyle(l.ana.get(l.path(l.tagged)), recogitoPath+".css")
	serve := func(path, media string, content func(r *http.Request) []byte) {
		l.pages.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", media)
			_, _ = w.Write(content(r))
		})
	}
	serve(recogitoPath, "text/html; charset=utf-8", func(r *http.Request) []byte {
		return ourScript.ReplaceAll(page, []byte(recogitoPath+".js?"+r.URL.RawQuery))
	})
	serve(recogitoPath+".js", "text/javascript", func(*http.Request) []byte { return script })
	serve(recogitoPath+".css", "text/css", func(*http.Request) []byte { return style })
}

var ourScript = regexp.MustCompile(`/assets/page/workbench-[0-9a-f]+\.js`)

// bundleRecogito makes one script and one style sheet of the package, which
// npm must have installed.
func bundleRecogito(b *testing.B) (script, style []byte) {
	b.Helper()
	dir := filepath.Join("testdata", "recogito")
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); os.IsNotExist(err) {
		lacking(b, "Recogito is not installed: run npm ci --ignore-scripts in internal/browsertest/"+filepath.ToSlash(dir)+", or make bench")
	}
	out := b.TempDir()
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(dir, "page.js")}, Outdir: out, Bundle: true, Write: true, Format: api.FormatESModule,
		Target: api.ES2022, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LogLevel: api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		b.Fatalf("bundle Recogito: %v", result.Errors)
	}
	return must(os.ReadFile(filepath.Join(out, "page.js")))(b), must(os.ReadFile(filepath.Join(out, "page.css")))(b)
}
