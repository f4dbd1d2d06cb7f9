package annotate_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"onrecord.dev/internal/annotate"
)

// texts are small texts in which code points, UTF-16 units, bytes and
// characters all differ.
var texts = map[string]string{
	"empty":            "",
	"ASCII":            "The mayor said: no.",
	"line breaks":      "One.\n\nTwo.\n",
	"surrogate pairs":  "🤔🤔🤔🤔:thinking",
	"joined emoji":     "👨🏻‍🚒 and 👩‍👩‍👧‍👦 met.",
	"flags":            "🇫🇷🇩🇪 agreed",
	"combining accent": "Zele\u0301nskiy said",
	"stacked accents":  "z\u0351\u036b\u0343algo",
	"Hangul jamo":      "\u1112\u1161\u11ab\u1100\u1173\u11af",
	"right to left":    "אמר Trump אמש",
	"Devanagari":       "नमस्ते said क्षत्रिय",
	"no-break spaces":  "« Non\u202f», a-t-elle dit\u00a0: rien",
	"a mark at first":  "\u0301a",
	"long":             strings.Repeat("Ana said 👩‍🚒 “non”.\n", 40),
}

func TestOffsetsTurnIntoEachOther(t *testing.T) {
	for name, s := range texts {
		t.Run(name, func(t *testing.T) { checkOffsets(t, s) })
	}
}

// checkOffsets holds a Text to what a slow reading of s says.
func checkOffsets(t *testing.T, s string) {
	t.Helper()
	text, runes := annotate.NewText(s), []rune(s)
	if text.String() != s || text.Len() != len(runes) {
		t.Fatalf("text of %d code points, want %d", text.Len(), len(runes))
	}
	boundaries := map[int]bool{0: true, len(runes): true}
	for at, clusters := 0, graphemes.FromString(s); clusters.Next(); {
		at += utf8.RuneCountInString(clusters.Value())
		boundaries[at] = true
	}
	for i := range len(runes) + 1 {
		units := len(utf16.Encode(runes[:i]))
		if got := text.UTF16(i); got != units {
			t.Errorf("UTF16(%d) = %d, want %d", i, got, units)
		}
		if got, err := text.FromUTF16(units); got != i || err != nil {
			t.Errorf("FromUTF16(%d) = %d, %v, want %d", units, got, err, i)
		}
		if i < len(runes) && utf16.RuneLen(runes[i]) == 2 {
			if got, err := text.FromUTF16(units + 1); err == nil {
				t.Errorf("FromUTF16(%d) = %d inside a surrogate pair, want an error", units+1, got)
			}
		}
		bytes := len(string(runes[:i]))
		if got := text.UTF8(i); got != bytes {
			t.Errorf("UTF8(%d) = %d, want %d", i, got, bytes)
		}
		if got, err := text.FromUTF8(bytes); got != i || err != nil {
			t.Errorf("FromUTF8(%d) = %d, %v, want %d", bytes, got, err, i)
		}
		if i < len(runes) && utf8.RuneLen(runes[i]) > 1 {
			if got, err := text.FromUTF8(bytes + 1); err == nil {
				t.Errorf("FromUTF8(%d) = %d inside a code point, want an error", bytes+1, got)
			}
		}
		if got := text.Boundary(i); got != boundaries[i] {
			t.Errorf("Boundary(%d) = %v, want %v", i, got, boundaries[i])
		}
		snapped := i
		for !boundaries[snapped] {
			snapped--
		}
		if got := text.Snap(i); got != snapped {
			t.Errorf("Snap(%d) = %d, want %d", i, got, snapped)
		}
		for _, end := range []int{i, min(i+1, len(runes)), min(i+70, len(runes)), len(runes)} {
			if got, want := text.Slice(i, end), string(runes[i:end]); got != want {
				t.Errorf("Slice(%d, %d) = %q, want %q", i, end, got, want)
			}
			checkAround(t, text, runes, boundaries, i, end)
		}
	}
	for _, outside := range []int{-1, len(s) + 1} {
		if got, err := text.FromUTF8(outside); err == nil {
			t.Errorf("FromUTF8(%d) = %d outside the text, want an error", outside, got)
		}
	}
	for _, outside := range []int{-1, text.UTF16(text.Len()) + 1} {
		if got, err := text.FromUTF16(outside); err == nil {
			t.Errorf("FromUTF16(%d) = %d outside the text, want an error", outside, got)
		}
	}
	for _, outside := range []int{-1, len(runes) + 1} {
		if text.Boundary(outside) {
			t.Errorf("Boundary(%d) = true outside the text", outside)
		}
	}
}

// checkAround holds prefix and suffix to what stands there: at most n code
// points, and no fewer than whole characters allow.
func checkAround(t *testing.T, text *annotate.Text, runes []rune, boundaries map[int]bool, start, end int) {
	t.Helper()
	const n = 5
	from := max(0, start-n)
	for from < start && !boundaries[from] {
		from++
	}
	to := min(len(runes), end+n)
	for to > end && !boundaries[to] {
		to--
	}
	prefix, suffix := text.Around(start, end, n)
	if prefix != string(runes[from:start]) || suffix != string(runes[end:to]) {
		t.Errorf("Around(%d, %d, %d) = %q, %q, want %q, %q", start, end, n, prefix, suffix, string(runes[from:start]), string(runes[end:to]))
	}
}

// TestOffsetsAgreeWithOtherTools reads cases that include numbers published by
// other tools, each in its own unit.
func TestOffsetsAgreeWithOtherTools(t *testing.T) {
	b, err := os.ReadFile("../../../shared/fixtures/constructed/offset-cases.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the fixtures are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, Text, Exact string
		Offsets         struct{ Codepoint, UTF16, UTF8 [2]int }
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 12 {
		t.Fatalf("%d cases, want 12 or more", len(cases))
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			text, points := annotate.NewText(c.Text), c.Offsets.Codepoint
			if got := text.Slice(points[0], points[1]); got != c.Exact {
				t.Errorf("the text there is %q, want %q", got, c.Exact)
			}
			for i, point := range points {
				if got := text.UTF16(point); got != c.Offsets.UTF16[i] {
					t.Errorf("code point %d is UTF-16 unit %d, want %d", point, got, c.Offsets.UTF16[i])
				}
				if got, err := text.FromUTF16(c.Offsets.UTF16[i]); got != point || err != nil {
					t.Errorf("UTF-16 unit %d is code point %d, %v, want %d", c.Offsets.UTF16[i], got, err, point)
				}
				if got := len(text.Slice(0, point)); got != c.Offsets.UTF8[i] {
					t.Errorf("code point %d is byte %d, want %d", point, got, c.Offsets.UTF8[i])
				}
				if got := utf8.RuneCountInString(c.Text[:c.Offsets.UTF8[i]]); got != point {
					t.Errorf("byte %d is code point %d, want %d", c.Offsets.UTF8[i], got, point)
				}
				if !text.Boundary(point) {
					t.Errorf("code point %d is inside a character", point)
				}
			}
		})
	}
}

// TestContextOfWhatBeginsInsideACharacter matters when a newer Unicode joins
// what an older one, under which it was tagged, held apart.
func TestContextOfWhatBeginsInsideACharacter(t *testing.T) {
	text := annotate.NewText("a👨🏻‍🚒z")
	prefix, suffix := text.Around(3, 4, 1)
	if prefix != "" || suffix != "🚒" {
		t.Errorf("got %q and %q, want nothing before, where no whole character fits, and 🚒 after", prefix, suffix)
	}
}

func TestNormalise(t *testing.T) {
	tests := map[string]struct {
		text string
		want string
		done []annotate.Normalisation
	}{
		"nothing to do":                {text: "One.\n Two. ", want: "One.\n Two. "},
		"Windows line ends":            {text: "One.\r\nTwo.\r\n", want: "One.\nTwo.\n", done: []annotate.Normalisation{annotate.CRLF}},
		"old Macintosh line ends":      {text: "One.\rTwo.", want: "One.\nTwo.", done: []annotate.Normalisation{annotate.CR}},
		"mixed line ends":              {text: "1\r\n2\r3\n4\r\r\n5", want: "1\n2\n3\n4\n\n5", done: []annotate.Normalisation{annotate.CRLF, annotate.CR}},
		"byte order mark":              {text: "\ufeffOne.", want: "One.", done: []annotate.Normalisation{annotate.BOM}},
		"byte order marks":             {text: "\ufeff\x00\ufeffOne.", want: "One.", done: []annotate.Normalisation{annotate.NUL, annotate.BOM}},
		"byte order mark further on":   {text: "One.\ufeffTwo.", want: "One.\ufeffTwo."},
		"NUL":                          {text: "O\x00ne.", want: "One.", done: []annotate.Normalisation{annotate.NUL}},
		"NUL in a line end":            {text: "One.\r\x00\nTwo.", want: "One.\nTwo.", done: []annotate.Normalisation{annotate.NUL, annotate.CRLF}},
		"composed stays composed":      {text: "Zel\u00e9nskiy", want: "Zel\u00e9nskiy"},
		"decomposed stays decomposed":  {text: "Zele\u0301nskiy", want: "Zele\u0301nskiy"},
		"edge space and tabs stay":     {text: "\n\n  One.\t\n", want: "\n\n  One.\t\n"},
		"line separators are no lines": {text: "One.\u2028Two.", want: "One.\u2028Two."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, done, err := annotate.Normalise(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want || !slices.Equal(done, tt.done) {
				t.Errorf("got %q, %v, want %q, %v", got, done, tt.want, tt.done)
			}
		})
	}
}

func TestNormaliseRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":                   "",
		"white space":               " \n\t\u00a0\u2003",
		"NULs and marks":            "\ufeff\x00",
		"Latin-1":                   "Zel\xe9nskiy",
		"half a surrogate pair":     "\xed\xa0\x80",
		"a character cut in halves": "Zelé"[:4],
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := annotate.Normalise(s)
			if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["text"] == "" {
				t.Errorf("got %v, want a complaint about the text", err)
			}
		})
	}
	t.Run("too long", func(t *testing.T) {
		if _, _, err := annotate.Normalise(strings.Repeat("a", annotate.MaxText)); err != nil {
			t.Errorf("the longest text: %v", err)
		}
		if _, _, err := annotate.Normalise(strings.Repeat("a", annotate.MaxText+1)); !errors.Is(err, annotate.ErrTooLarge) {
			t.Errorf("got %v, want ErrTooLarge", err)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if runes := []rune(strings.ToValidUTF8(s, "\ufffd")); len(runes) < 500 {
			checkOffsets(t, string(runes))
		}
	})
}

// FuzzNormalise holds that a text once normalised stays as it is, so that an
// export can be read back without moving an offset.
func FuzzNormalise(f *testing.F) {
	f.Add("\ufeff\x00\ufeff\r\x00\n\r\r\n")
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, _, err := annotate.Normalise(s)
		if err != nil {
			return
		}
		twice, done, err := annotate.Normalise(once)
		if twice != once || len(done) > 0 || err != nil {
			t.Errorf("%q becomes %q becomes %q (%v, %v)", s, once, twice, done, err)
		}
		if strings.ContainsAny(once, "\r\x00") || !utf8.ValidString(once) {
			t.Errorf("%q keeps what cannot be stored", once)
		}
	})
}
