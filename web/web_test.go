package web_test

import (
	"testing"
	"testing/fstest"

	"onrecord.dev/web"
)

func TestFontsAreFoundByTheNamesTheyHadBeforeTheBuild(t *testing.T) {
	t.Parallel()
	assets, err := web.NewAssets(fstest.MapFS{
		"app.css": {}, "font/serif-latin-EUO3YR6J.woff2": {}, "font/serif-latin-ext-5KAOUPZ6.woff2": {},
	}, "/assets/")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := assets.URL("font/serif-latin.woff2"), "/assets/font/serif-latin-EUO3YR6J.woff2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
