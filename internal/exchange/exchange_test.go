package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// ours are the formats that carry everything.
var ours = exchange.Formats[:2]

var update = flag.Bool("update", false, "write the golden files anew")

func write(t *testing.T, f exchange.Format, h held) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, h.corpus(), noon); err != nil {
		t.Fatalf("write %s: %v", f.Name, err)
	}
	return b.Bytes()
}

func read(f exchange.Format, r io.Reader) (held, error) {
	c, err := f.Read(r)
	if err != nil {
		return held{}, err
	}
	return collect(c)
}

func TestFilesAreAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, f := range ours {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("testdata", "sample"+f.Suffix)
			got := write(t, f, sample())
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the file has changed; if it may, run the test with -update\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	empty := sample()
	empty.Entities, empty.People, empty.Articles = nil, nil, nil
	changed := sample()
	changed.Earlier = []annotate.EarlierCodebook{{Version: 1, Codebook: annotate.DefaultCodebook()}, {Version: 2, Codebook: codebook()}}
	for name, want := range map[string]held{"sample": sample(), "nothing": empty, "earlier codebooks": changed} {
		for _, f := range ours {
			t.Run(name+" "+f.Name, func(t *testing.T) {
				t.Parallel()
				file := write(t, f, want)
				// A byte at a time: no value may depend on where a read ends.
				got, err := read(f, iotest.OneByteReader(bytes.NewReader(file)))
				if err != nil {
					t.Fatal(err)
				}
				same(t, got, want)
				if again := write(t, f, got); !bytes.Equal(again, file) {
					t.Errorf("written again it differs\ngot  %s\nwant %s", again, file)
				}
			})
		}
	}
}

func compile(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	const url = "https://onrecord.dev/schemas/export-1.json"
	if err := c.AddResource(url, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(url + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(schema *jsonschema.Schema, file []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestFilesKeepToTheSchema(t *testing.T) {
	t.Parallel()
	changed := sample()
	changed.Earlier = []annotate.EarlierCodebook{{Version: 1, Codebook: annotate.DefaultCodebook()}}
	if err := validate(compile(t, ""), write(t, exchange.Formats[0], changed)); err != nil {
		t.Error(err)
	}
	if err := validate(compile(t, ""), write(t, exchange.Formats[0], sample())); err != nil {
		t.Errorf("json: %v", err)
	}
	lines := bytes.Split(bytes.TrimSuffix(write(t, exchange.Formats[1], sample()), []byte("\n")), []byte("\n"))
	if got, want := len(lines), 1+len(sample().Articles); got != want {
		t.Fatalf("jsonl has %d lines, want %d", got, want)
	}
	if err := validate(compile(t, "#/$defs/header_line"), lines[0]); err != nil {
		t.Errorf("jsonl header: %v", err)
	}
	for i, line := range lines[1:] {
		if err := validate(compile(t, "#/$defs/article"), line); err != nil {
			t.Errorf("jsonl line %d: %v", i+2, err)
		}
	}
}

// change is a file that differs from the sample in one place.
type change struct{ old, new string }

func (c change) in(t *testing.T, file []byte) []byte {
	t.Helper()
	if !bytes.Contains(file, []byte(c.old)) {
		t.Fatalf("the file has no %s", c.old)
	}
	at := bytes.LastIndex(file, []byte(c.old))
	if c.old != "]}\n" {
		at = bytes.Index(file, []byte(c.old))
	}
	return slices.Concat(file[:at], []byte(c.new), file[at+len(c.old):])
}

func TestTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compile(t, "")
	file := write(t, exchange.Formats[0], sample())
	for name, c := range map[string]change{
		"another version":        {`"version":1,"offset_unit"`, `"version":2,"offset_unit"`},
		"another unit":           {`"codepoint"`, `"utf16"`},
		"an unknown member":      {`"people":`, `"humans":[],"people":`},
		"an unknown role":        {`"role":"speaker"`, `"role":"singer"`},
		"an upper-case id":       {`"id":"01980000-0000-7000-8000-00000000000a"`, `"id":"01980000-0000-7000-8000-00000000000A"`},
		"a time without micros":  {`12:00:00.000000Z`, `12:00:00Z`},
		"a claim without review": {`,"review":{"state":"approved"}`, ``},
		"a review of a speaker":  {`"kind":"claim","fragments":[{"start":18`, `"kind":"speaker","fragments":[{"start":18`},
		"an attribute as number": {`"quotation":"direct"`, `"quotation":7`},
		"no proof":               {`"exact":"It holds,",`, ``},
		"an empty url":           {`"url":null`, `"url":""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if validate(schema, c.in(t, file)) == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestBadFilesAreRefusedWithWords(t *testing.T) {
	t.Parallel()
	const first = "article 1 01980000-0000-7000-8000-00000000000a"
	holds := "annotation " + string(id(101))
	for name, c := range map[string]struct {
		change
		want []string // words of the complaint
	}{
		"not ours":                        {change{`"onrecord"`, `"doccano"`}, []string{`"format" is not "onrecord"`}},
		"a later version":                 {change{`"version":1,"off`, `"version":2,"off`}, []string{"version 2 of the format"}},
		"another unit":                    {change{`"codepoint"`, `"utf16"`}, []string{`Offsets are in "utf16"`}},
		"an unknown member":               {change{`"project":`, `"projekt":`}, []string{`no member "projekt"`}},
		"a member twice":                  {change{`"project":`, `"version":1,"project":`}, []string{`"version" stands where "entities" belongs`, "each once"}},
		"articles first":                  {change{"\n\"entities\":[", `"articles":[],"entities":[`}, []string{`"articles" stands where "entities" belongs`, "order"}},
		"no people":                       {change{`"people":[`, `"articles":[`}, []string{`"articles" stands where "people" belongs`}},
		"no time":                         {change{`"exported_at":"2026-11-23T12:00:00.000000Z",`, ``}, []string{`"exported_at" is missing`}},
		"more after the end":              {change{"]}\n", "]} {}"}, []string{`There is '{' after the end`}},
		"more in the object":              {change{"]}\n", `],"releases":[]}`}, []string{`no member "releases"`}},
		"an unknown member deep":          {change{`"headline":`, `"title":"x","headline":`}, []string{"line 11", "article 1", `no member "title"`}},
		"a bad codebook":                  {change{`"color":"amber"`, `"color":"gold"`}, []string{"codebook", "kinds[0].color"}},
		"an earlier codebook that is not": {change{"\n\"entities\":[", `"earlier_codebooks":[{"version":3,"guidelines":"","kinds":[],"attributes":[]}],"entities":[`}, []string{"order of their versions, before 3"}},
		"an earlier codebook of nothing":  {change{"\n\"entities\":[", `"earlier_codebooks":[{"version":2,"guidelines":"","kinds":[],"attributes":[]}],"entities":[`}, []string{"earlier_codebooks", "Keep the kinds"}},
		"a codebook version":              {change{`"codebook":{"version":3`, `"codebook":{"version":0`}, []string{"codebook's version is 0"}},
		"another text":                    {change{`“It holds`, `“He holds`}, []string{"line 11", first, "sha256", "not the one that was annotated"}},
		"a wrong hash":                    {change{`"sha256":"`, `"sha256":"00`}, []string{first, "sha256"}},
		"another exact":                   {change{`"exact":"and it`, `"exact":"and he`}, []string{"line 11", first, holds, "fragments[1].exact", `the file says "and he will."`}},
		"no exact":                        {change{`"exact":"and it will.",`, ``}, []string{holds, "fragments[1].exact"}},
		"another prefix":                  {change{`"exact":"and it will.","prefix":"`, `"exact":"and it will.","prefix":"x`}, []string{holds, "fragments[1].prefix", "before 41"}},
		"another suffix":                  {change{`salt got in"}],"attributes":{"note"`, `salt got out"}],"attributes":{"note"`}, []string{holds, "fragments[1].suffix", "after 53"}},
		"an offset past the end":          {change{`{"start":41,"end":53,`, `{"start":41,"end":530,`}, []string{holds, "fragments[1].end", "has 106 code points"}},
		"a negative offset":               {change{`{"start":41,"end":53,`, `{"start":-41,"end":53,`}, []string{holds, "fragments[1].end"}},
		"a number for a name":             {change{`"name":"Ana"`, `"name":7`}, []string{"line 7, name", "There is a number here"}},
		"a bad time":                      {change{`12:00:00.000000Z","revision"`, `25:00:00.000000Z","revision"`}, []string{"article 1", `"2026-11-23T25:00:00.000000Z" is not a time`}},
		"a number too large":              {change{`"seq":17,`, `"seq":99999999999999999999,`}, []string{"article 1, seq", "99999999999999999999"}},
		"broken JSON":                     {change{`"seq":17,`, `"seq":17,,`}, []string{"line 11", "article 1", "not JSON"}},
		"brackets that differ":            {change{`"normalisations":["crlf"]`, `"normalisations":["crlf"}`}, []string{"line 11", "article 1", "not JSON"}},
		"no comma":                        {change{"]},\n{\"id\"", "]}\n{\"id\""}, []string{"line 4", `There is '{' where ',' belongs`}},
		"a list that is none":             {change{`"people":[`, `"people":{`}, []string{"line 6", `There is '{' where '[' belongs`}},
		"bytes that are no text":          {change{`Ilse Maar`, "Ilse \xff"}, []string{"line 3", "UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, exchange.Formats[0], c.in(t, write(t, exchange.Formats[0], sample())), c.want...)
		})
	}
}

// A file cut off anywhere is never taken for a whole one.
func TestFilesThatAreCutOffAreRefused(t *testing.T) {
	t.Parallel()
	file := write(t, exchange.Formats[0], sample())
	for n := 0; n < len(file)-1; n += 11 {
		refused(t, exchange.Formats[0], file[:n], "not whole")
	}
	lines := write(t, exchange.Formats[1], sample())
	cut := bytes.LastIndexByte(lines[:len(lines)-1], '\n') + 1
	refused(t, exchange.Formats[0], file[:len(file)-2], "not whole")
	refused(t, exchange.Formats[1], lines[:len(lines)-2], "line 4", "not whole")
	if got, err := read(exchange.Formats[1], bytes.NewReader(lines[:cut])); err != nil || len(got.Articles) != 2 {
		t.Errorf("a file of lines without its last: %d articles, %v", len(got.Articles), err)
	}
}

func TestOneFormatIsNotTakenForTheOther(t *testing.T) {
	t.Parallel()
	object, lines := exchange.Formats[0], exchange.Formats[1]
	refused(t, object, write(t, lines, sample()), "its format is jsonl")
	refused(t, lines, write(t, object, sample()), "its format is json")
}

func TestWhatBreaksIsNoComplaintAboutTheFile(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for _, f := range ours {
		file := write(t, f, sample())
		_, err := read(f, io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("%s: reading gives %v", f.Name, err)
		}
		h := sample()
		c := h.corpus()
		c.Articles = func(yield func(annotate.AnnotatedArticle, error) bool) {
			_ = yield(h.Articles[0], nil) && yield(annotate.AnnotatedArticle{}, broken)
		}
		if err := f.Write(io.Discard, c, noon); !errors.Is(err, broken) {
			t.Errorf("%s: writing gives %v for a corpus that breaks off", f.Name, err)
		}
		if err := f.Write(full{broken}, h.corpus(), noon); !errors.Is(err, broken) {
			t.Errorf("%s: writing gives %v for a full disk", f.Name, err)
		}
	}
}

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestFormatsAreFoundByNameAndSuffix(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "json", "json": "json", "jsonl": "jsonl", "JSON": "", "brat": "brat", "xml": ""} {
		if f, err := exchange.ByName(given); f.Name != want || (err != nil) != (want == "") {
			t.Errorf("ByName(%q) gives %q, %v", given, f.Name, err)
		}
	}
	for given, want := range map[string]string{"a.json": "json", "b/a.JSONL": "jsonl", "a.json.jsonl": "jsonl", "json": "", "a.jsonl.gz": "", "a.csv": "csv", "a.zip": ""} {
		if f, err := exchange.ByFile(given); f.Name != want || (err != nil) != (want == "") {
			t.Errorf("ByFile(%q) gives %q, %v", given, f.Name, err)
		}
	}
}

func refused(t *testing.T, f exchange.Format, file []byte, want ...string) {
	t.Helper()
	_, err := read(f, bytes.NewReader(file))
	bad, ok := errors.AsType[annotate.BadFile](err)
	if !ok {
		t.Fatalf("got %v, want a BadFile", err)
	}
	for _, words := range want {
		if !strings.Contains(bad.Error(), words) {
			t.Errorf("the complaint %q does not say %q", bad, words)
		}
	}
}

func TestTheExampleIsAsWeWriteIt(t *testing.T) {
	t.Parallel()
	_, line, _ := bytes.Cut(write(t, exchange.Formats[1], example()), []byte("\n"))
	if err := validate(compile(t, "#/$defs/article"), line); err != nil {
		t.Error(err)
	}
	var short bytes.Buffer
	if err := json.Compact(&short, exchange.Example); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(short.String()), strings.TrimSpace(string(line)); got != want {
		t.Errorf("the example is\n%s\nand should be, spread over lines,\n%s", got, want)
	}
}
