package exchange_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// A small file that would take much memory or time, or makes no sense, is
// refused in words.
func TestSmallFilesCannotTakeMuch(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a ", annotate.MaxText/2) + "b"
	const webanno = "#FORMAT=WebAnno TSV 3.3\n#T_SP=onrecord.Span|label\n\n\n"
	for name, c := range map[string]struct {
		format string
		file   []byte
		want   string
	}{
		"a long text beside":     {"brat", pack(t, "a.ann", "T1\tClaim 0 1\ta\n", "a.txt", long), "longer than 4 MiB"},
		"a long text, the only":  {"hypothesis", pack(t, "a.json", "[]", "b.txt", long), "longer than 4 MiB"},
		"many marks in brat":     {"brat", pack(t, "a.ann", strings.Repeat("T1\tClaim 0 1\ta\n", 1_000_001), "a.txt", "a"), "more than 1000000 annotations"},
		"many marks in CoNLL":    {"conll", []byte(strings.Repeat("a B-x\n", 1_000_001)), "more than 1000000 annotations"},
		"a long text in CoNLL":   {"conll", []byte(strings.Repeat("abcdefgh O\n", annotate.MaxText/8)), "longer than 4 MiB"},
		"a long text in WebAnno": {"webanno", []byte(webanno + "#Text=" + long + "\n1-1\t0-1\ta\t_\n"), "longer than 4 MiB"},
		"a token far away":       {"webanno", []byte(webanno + "#Text=\n1-1\t300000000-5\tThe\t_\n"), "no line with a token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, report := foreign(t, named(t, c.format), inMemory(t, "a", c.file))
			if len(report.Notes) == 0 || !strings.Contains(report.Notes[0].Message, c.want) {
				t.Errorf("it says %v, want %q", report.Notes, c.want)
			}
		})
	}
}

// A document that is refused leaves the others of its file.
func TestAfterALongTextOthersAreRead(t *testing.T) {
	t.Parallel()
	file := "# newdoc\n" + strings.Repeat("a B-x\n", 1_000_001) + "# newdoc\nFinch B-Source\n"
	h, _ := foreign(t, named(t, "conll"), inMemory(t, "a.conll", []byte(file)))
	compare(t, []string{"Finch: source [Finch]"}, told(h))
	two := pack(t, "a.ann", "T1\tSource 0 5\tFinch\n", "a.txt", strings.Repeat("a ", annotate.MaxText), "b.ann", "T1\tSource 0 5\tFinch\n", "b.txt", "Finch")
	h, _ = foreign(t, named(t, "brat"), inMemory(t, "a.zip", two))
	compare(t, []string{"Finch: speaker [Finch]"}, told(h))
}

// Sizes that add up to nothing, as they wrap around, are refused as well.
func TestSizesDoNotWrapAround(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"a.ann", "b.ann"} {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: name, UncompressedSize64: 1 << 63}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := exchange.NewFiles("a.zip", bytes.NewReader(b.Bytes()), int64(b.Len()))
	if bad, ok := errors.AsType[annotate.BadFile](err); !ok || !strings.Contains(bad.Error(), "GiB") {
		t.Errorf("it says %v", err)
	}
}

// An answer about a stretch that has become part of another is passed over.
func TestAnAnswerAboutAPartIsPassedOver(t *testing.T) {
	t.Parallel()
	file := `[{"data": {"text": "Finch said so."}, "annotations": [{"result": [
		{"id": "a", "type": "labels", "value": {"start": 0, "end": 5, "labels": ["Source"]}},
		{"id": "b", "type": "labels", "value": {"start": 11, "end": 13, "labels": ["Source"]}},
		{"type": "relation", "from_id": "b", "to_id": "a", "labels": ["part_of"]},
		{"id": "b", "type": "choices", "from_name": "tone", "value": {"choices": ["calm"]}}]}]}]`
	h, _ := foreign(t, named(t, "labelstudio"), inMemory(t, "a.json", []byte(file)))
	compare(t, []string{"Finch said so.: source [Finch] [so]"}, told(h))
}

// A name may be empty in JSON.
func TestAFeatureWithoutANameIsPassedOver(t *testing.T) {
	t.Parallel()
	file := `{"%FEATURE_STRUCTURES": [
		{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "Finch said so."},
		{"%ID": 2, "%TYPE": "x.Source", "@sofa": 1, "begin": 0, "end": 5, "": 7}]}`
	h, _ := foreign(t, named(t, "cas"), inMemory(t, "a.json", []byte(file)))
	compare(t, []string{"Finch said so.: source [Finch]"}, told(h))
}

// A text in which nothing is tagged has no change set: nobody annotated it.
func TestATextAloneIsNotAnnotated(t *testing.T) {
	t.Parallel()
	h, _ := foreign(t, named(t, "doccano"), inMemory(t, "a.jsonl", []byte(`{"text": "The mill closes.", "label": []}`)))
	if len(h.Articles) != 1 || h.Articles[0].Seq != 0 {
		t.Errorf("read %+v", h.Articles)
	}
}
