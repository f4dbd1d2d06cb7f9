package exchange_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// A zip that reaches outside itself, holds more than fits or is not whole is
// refused with words.
func TestAHostileZipIsRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 2*100_000)
	for i := range 100_000 {
		many = append(many, fmt.Sprintf("%d.ann", i), "")
	}
	whole := pack(t, "a.ann", "T1\tClaim 0 1\ta", "a.txt", "a")
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"outside":  {pack(t, "../../etc/passwd", "x"), "outside itself"},
		"absolute": {pack(t, "/etc/passwd", "x"), "outside itself"},
		"too many": {pack(t, many...), "more than 50000 files"},
		"cut off":  {whole[:len(whole)-30], "not whole"},
		"empty":    {pack(t, "folder/", ""), "no files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := exchange.NewFiles("a.zip", bytes.NewReader(c.file), int64(len(c.file)))
			bad, ok := errors.AsType[annotate.BadFile](err)
			if !ok || !strings.Contains(bad.Error(), c.want) {
				t.Errorf("it says %v, want %q", err, c.want)
			}
		})
	}
}

// A file of a zip that turns out larger than it says, or damaged, is refused.
func TestADamagedEntryIsRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a.jsonl", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, `{"text": "The mill closes."}`); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := bytes.Replace(b.Bytes(), []byte("mill"), []byte("bill"), 1)
	c, _, err := named(t, "doccano").Import(exchange.Input{
		Files: inMemory(t, "a.zip", file), Codebook: annotate.DefaultCodebook(), By: annotate.User{ID: id(ana), Name: "Ana"}, At: noon,
	})
	if err == nil {
		_, err = collect(c)
	}
	if bad, ok := errors.AsType[annotate.BadFile](err); !ok || !strings.Contains(bad.Error(), "not whole") {
		t.Errorf("it says %v", err)
	}
}

// A folder is read as a zip is, without what is hidden.
func TestAFolderIsRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.ann": "T1\tSource 0 5\tFinch\n", "a.txt": "Finch said so.", ".b.ann": "T1\tSource 0 5\tFinch\n", "annotation.conf": "[entities]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := exchange.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := exchange.Detect(files)
	if err != nil || f.Name != "brat" {
		t.Fatalf("it is taken for %q: %v", f.Name, err)
	}
	h, _ := foreign(t, f, files)
	compare(t, []string{"Finch said so.: speaker [Finch]"}, told(h))
}

// Whatever is sent as a file of another tool, it is read or refused with words:
// what is taken in could have been made here.
func FuzzForeign(f *testing.F) {
	var formats []exchange.Format
	for _, format := range exchange.Formats {
		if format.Ours() || !format.Reads() {
			continue
		}
		var b bytes.Buffer
		if err := format.Write(&b, known().corpus(), noon); err != nil {
			f.Fatal(err)
		}
		f.Add(len(formats), b.Bytes())
		if format.Suffix == ".zip" {
			z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				f.Fatal(err)
			}
			for _, entry := range z.File {
				r, err := entry.Open()
				if err != nil {
					f.Fatal(err)
				}
				content, err := io.ReadAll(r)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(len(formats), content)
			}
		}
		formats = append(formats, format)
	}
	f.Fuzz(func(t *testing.T, n int, file []byte) {
		files, err := exchange.NewFiles("a", bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		c, _, err := formats[uint(n)%uint(len(formats))].Import(exchange.Input{
			Files: files, Codebook: annotate.DefaultCodebook(), By: annotate.User{ID: id(ana), Name: "Ana"}, At: noon,
		})
		if err != nil {
			t.Fatal(err)
		}
		h, err := collect(c)
		if bad, ok := errors.AsType[annotate.BadFile](err); err != nil && (!ok || bad[0].Message == "") {
			t.Fatalf("no words, but %v", err)
		}
		entities := map[annotate.ID]annotate.EntityType{}
		for _, e := range h.Entities {
			entities[e.ID] = e.Type
		}
		for _, d := range h.Articles {
			rules := annotate.Admission{
				Codebook: annotate.DefaultCodebook(), CodebookVersion: 1, Quorum: 1, People: map[annotate.ID]bool{id(ana): true}, Entities: entities,
			}
			if err := rules.Check(&d); err != nil {
				t.Errorf("this could not have been made here: %v", err)
			}
		}
	})
}
