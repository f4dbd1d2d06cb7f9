package exchange_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"onrecord.dev/internal/annotate"
)

// Whatever is sent, it is refused with words or is as good as what we write
// ourselves: written and read again it is the same.
func FuzzRead(f *testing.F) {
	for i, format := range ours {
		var b bytes.Buffer
		if err := format.Write(&b, sample().corpus(), noon); err != nil {
			f.Fatal(err)
		}
		f.Add(i, b.Bytes())
		small := sample()
		small.Entities, small.People, small.Articles = nil, nil, small.Articles[1:2]
		b.Reset()
		if err := format.Write(&b, small.corpus(), noon); err != nil {
			f.Fatal(err)
		}
		f.Add(i, b.Bytes())
	}
	f.Add(0, []byte(`{"format":"onrecord","version":1,"offset_unit":"codepoint","entities":[]}`))
	f.Add(1, []byte(`{"format":`))
	f.Fuzz(func(t *testing.T, n int, file []byte) {
		format := ours[uint(n)%uint(len(ours))]
		h, err := read(format, bytes.NewReader(file))
		if err != nil {
			bad, ok := errors.AsType[annotate.BadFile](err)
			if !ok || len(bad) == 0 || len(bad) > annotate.MaxComplaints || bad[0].Message == "" {
				t.Fatalf("no words, but %v", err)
			}
			return
		}
		var b bytes.Buffer
		if err := format.Write(&b, h.corpus(), noon); err != nil {
			return // an attribute of a type the codebook will refuse
		}
		again, err := read(format, bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, b.Bytes())
		}
		same(t, again, h)
		if err := format.Write(io.Discard, again.corpus(), noon); err != nil {
			t.Fatal(err)
		}
	})
}
