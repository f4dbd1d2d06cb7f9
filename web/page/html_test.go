package page

import (
	"strings"
	"testing"
	"time"

	"onrecord.dev/web/language"
	"onrecord.dev/web/ui"
)

func TestWhatStandsInATextWithMarkupIsEscaped(t *testing.T) {
	t.Parallel()
	f := Frame{Language: language.New("de", language.Catalogue{
		"Signed in as <strong>%s</strong> since %s": {Text: "Seit %[2]s als <strong>%[1]s</strong>"},
		"%d of <b>%s</b>": {Forms: map[string]string{"one": "Eins von <b>%[2]s</b>", "other": "%d von <b>%s</b>"}},
	})}
	at := time.Date(2026, 11, 2, 15, 4, 0, 0, time.UTC)
	var b strings.Builder
	if err := f.HTML("Signed in as <strong>%s</strong> since %s", "A <i>", ui.Time(nil, at)).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.HasPrefix(got, "Seit <time") || !strings.HasSuffix(got, "als <strong>A &lt;i&gt;</strong>") {
		t.Errorf("got %s", got)
	}
	for n, want := range map[int]string{1: "Eins von <b>&amp;</b>", 1234: "1.234 von <b>&amp;</b>"} {
		b.Reset()
		if err := f.NHTML(n, "%d of <b>%s</b>", "%d of <b>%s</b>", "&").Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("got %s, want %s", b.String(), want)
		}
	}
}
