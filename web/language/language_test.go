package language_test

import (
	"testing"
	"time"

	"onrecord.dev/web/language"
)

// slovene has four plural forms and an order of its own.
var slovene = language.New("sl", language.Catalogue{
	"Save":      {Text: "Shrani"},
	"%s on %s":  {Text: "Na %[2]s: %[1]s"},
	"verb|Open": {Text: "Odpri"},
	"%d claims": {Forms: map[string]string{"one": "%d trditev", "two": "%d trditvi", "few": "%d trditve", "other": "%d trditev"}},
})

func TestATextIsSaidInItsLanguage(t *testing.T) {
	t.Parallel()
	var nobody *language.Language
	for _, tt := range []struct{ got, want string }{
		{slovene.T("Save"), "Shrani"},
		{slovene.T("%s on %s", "Firefox", "Linux"), "Na Linux: Firefox"},
		{slovene.T("Not translated %d", 1), "Not translated 1"},
		{slovene.C("verb", "Open"), "Odpri"},
		{slovene.C("state", "Open"), "Open"},
		{nobody.T("Save"), "Save"},
		{language.English.T("100 % done"), "100 % done"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestANumberChoosesTheForm(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1 trditev", 2: "2 trditvi", 3: "3 trditve", 5: "5 trditev", 102: "102 trditvi"} {
		if got := slovene.N(n, "%d claim", "%d claims"); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 claims", 1: "one claim of Ana", 2000: "2,000 claims of Ana"} {
		got := language.English.N(n, "one claim of %[2]s", "%d claims of %s", "Ana")
		if n == 0 {
			got = language.English.N(n, "%d claim", "%d claims")
		}
		if got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestNumbersAndDatesAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	t.Parallel()
	german, ok := language.Offered().Called("de")
	if !ok {
		t.Fatal("there is no German")
	}
	at := time.Date(2026, 11, 2, 15, 4, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{german.Number(12345), "12.345"},
		{german.Day(at), "2. November 2026"},
		{german.Moment(at), "2. Nov. 2026, 15:04"},
		{german.Month(at), "November 2026"},
		{language.English.Number(12345), "12,345"},
		{language.English.Day(at), "2 November 2026"},
		{language.English.Moment(at), "2 Nov 2026, 15:04"},
		{language.English.Month(at), "November 2026"},
		{german.Name(), "Deutsch"},
		{german.NameOf("fr"), "Französisch"},
		{german.NameOf("pt-BR"), "Brasilianisches Portugiesisch"},
		{german.NameOf("not a tag"), "not a tag"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestTheLanguageIsTheOneTheReaderAsksFor(t *testing.T) {
	t.Parallel()
	offered := language.Offered()
	for header, want := range map[string]string{
		"":                              "en",
		"de":                            "de",
		"de-AT,de;q=0.9,en;q=0.5":       "de",
		"en-GB,en;q=0.9,de;q=0.8":       "en",
		"fr-FR,fr;q=0.9,de;q=0.8":       "de",
		"ja":                            "en",
		"*":                             "en",
		"nonsense;q=x,,":                "en",
		"en-US;q=0.1, de-CH-1996;q=0.9": "de",
	} {
		if got := offered.Accepted(header).Tag(); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestALanguageIsWrittenInItsDirection(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"en": "ltr", "de": "ltr", "ar": "rtl", "he": "rtl", "fa-AF": "rtl", "az-Arab": "rtl", "az": "ltr"} {
		if got := language.New(tag, nil).Direction(); got != want {
			t.Errorf("%s: got %s, want %s", tag, got, want)
		}
	}
}
