package page

import "testing"

func TestTextRunsTheWayOfItsArticlesLanguage(t *testing.T) {
	t.Parallel()
	const (
		mostlyEnglish = "10:15 حسن المرفعي, who speaks for the dock workers, said so."
		mostlyArabic  = "قال Hassan إن العبارة لن تنتظر"
		beginsEnglish = "Radio Hafen International News: العبارة لن تنتظر"
		hebrew        = "אין קפה עד יום ראשון"
		english       = "No coffee before Sunday."
		digits        = "10:15"
	)
	tests := map[string]struct{ language, text, want string }{
		"nobody knows the language, most is English": {"", mostlyEnglish, "ltr"},
		"nobody knows the language, most is Arabic":  {"", mostlyArabic, "rtl"},
		"nobody knows the language, Hebrew":          {"", hebrew, "rtl"},
		"nobody knows the language, no letters":      {"", digits, "ltr"},
		"Arabic that begins with an English name":    {"ar", beginsEnglish, "rtl"},
		"the same, and nobody knows the language":    {"", beginsEnglish, "ltr"},
		"digits in Arabic":                           {"ar-EG", digits, "rtl"},
		"an English paragraph in Arabic":             {"ar", english, "ltr"},
		"English with an Arabic name":                {"en", mostlyEnglish, "ltr"},
		"English with much Arabic":                   {"en-GB", mostlyArabic, "ltr"},
		"a Hebrew paragraph in English":              {"en", hebrew, "rtl"},
		"digits in English":                          {"en", digits, "ltr"},
		"a script that says otherwise":               {"ku-Arab", digits, "rtl"},
		"and one that does so the other way":         {"az-Latn-AZ", digits, "ltr"},
		"Punjabi as it is written in Pakistan":       {"PA-aran-PK", digits, "rtl"},
		"an old tag":                                 {"iw", digits, "rtl"},
		"a variant that is no script":                {"fa-1994", digits, "rtl"},
	}
	for name, test := range tests {
		if got := direction(test.language, test.text); got != test.want {
			t.Errorf("%s: runs %s, want %s", name, got, test.want)
		}
	}
}
