package exchange

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"onrecord.dev/internal/annotate"
)

func TestValuesAreCutWhereTheyEnd(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		`{"a":[1,{"b":"]}\\\""}]} 7 "x\"y" null`: {`{"a":[1,{"b":"]}\\\""}]}`, "7", `"x\"y"`, "null"},
		"[]{}\n\ntrue":                           {"[]", "{}", "true"},
		`-1.5e3`:                                 {"-1.5e3"},
		`"\\" "\\\\"`:                            {`"\\"`, `"\\\\"`},
	} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(file), "by bytes": iotest.OneByteReader(strings.NewReader(file))} {
			s := newScanner(r)
			for _, w := range want {
				got, err := s.value()
				if err != nil || string(got) != w {
					t.Errorf("%s of %s: got %q, %v, want %q", name, file, got, err, w)
				}
			}
			if _, err := s.peek(); !errors.Is(err, io.EOF) {
				t.Errorf("%s of %s: there is more: %v", name, file, err)
			}
		}
	}
}

func TestScannerKnowsItsLine(t *testing.T) {
	t.Parallel()
	s := newScanner(strings.NewReader("\n {\n\n} \r\n [\n]\n1"))
	for _, want := range []int{2, 5, 7} {
		if _, err := s.value(); err != nil || s.line != want {
			t.Errorf("got line %d, %v, want %d", s.line, err, want)
		}
	}
}

func TestOneRecordMayNotFillTheMemory(t *testing.T) {
	t.Parallel()
	s := newScanner(io.MultiReader(strings.NewReader("\n[\""), forever{}))
	s.most = 3 << 20
	_, err := s.value()
	bad, ok := errors.AsType[annotate.BadFile](err)
	if !ok || bad.Error() != "line 2: There is more than 3 MiB in one record." {
		t.Errorf("got %v", err)
	}
	if len(s.buf) > s.most {
		t.Errorf("%d bytes are held, of at most %d", len(s.buf), s.most)
	}
}

type forever struct{}

func (forever) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

// What is gathered as one document has an end.
func TestAFileReadAsAWholeIsBounded(t *testing.T) {
	t.Parallel()
	_, err := io.ReadAll(&bounded{r: strings.NewReader("The mill."), left: 8})
	if bad, ok := errors.AsType[refusal](err); !ok || bad.message == "" {
		t.Errorf("it says %v", err)
	}
	if all, err := io.ReadAll(&bounded{r: strings.NewReader("The mill."), left: 9}); err != nil || len(all) != 9 {
		t.Errorf("read %q: %v", all, err)
	}
}
