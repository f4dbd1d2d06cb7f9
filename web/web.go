// Package web holds the built style sheets and scripts and serves them under
// names that change with their content, so that browsers may keep them for
// ever.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Dist is what go generate ./web built.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for a malformed path, and this one is fixed
	}
	return sub
}

// ErrNotBuilt says that there are no assets to serve.
var ErrNotBuilt = errors.New("the style sheets and scripts are not built: run go generate ./web")

// Assets serves files by names with a hash of their content in them.
type Assets struct {
	prefix string
	hashed map[string]string // app.css -> app-1a2b3c4d5e.css
	files  map[string]asset  // by both names
}

type asset struct {
	content   []byte
	etag      string
	immutable bool
}

// NewAssets reads files, to be served below prefix, such as /assets/. It
// returns [ErrNotBuilt] when there is no app.css among them.
func NewAssets(files fs.FS, prefix string) (*Assets, error) {
	a := &Assets{prefix: prefix, hashed: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		a.add(name, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the assets: %w", err)
	}
	if _, ok := a.files["app.css"]; !ok {
		return nil, ErrNotBuilt
	}
	return a, nil
}

// builtHash is what esbuild puts into the names of fonts.
var builtHash = regexp.MustCompile(`-[A-Z0-9]{8}\.woff2$`)

// add also keeps the plain name, by which source maps and anything else
// written before the build knew the hash find the file.
func (a *Assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])[:12]
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + hash + ext
	a.hashed[name] = hashed
	if ext == ".woff2" {
		// The style sheet knows fonts by names that have a hash already.
		a.hashed[builtHash.ReplaceAllString(name, ext)] = name
	}
	a.files[name] = asset{content: content, etag: `"` + hash + `"`, immutable: ext == ".woff2"}
	a.files[hashed] = asset{content: content, etag: `"` + hash + `"`, immutable: true}
}

// URL is the address of the file called name. A name that is not among the
// files gets an address with nothing behind it.
func (a *Assets) URL(name string) string {
	if hashed, ok := a.hashed[name]; ok {
		name = hashed
	}
	return a.prefix + name
}

// ServeHTTP serves the file that r names.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, a.prefix)
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if f.immutable {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("ETag", f.etag)
	if strings.HasSuffix(name, ".js") {
		// The machine's own table of types is not to be trusted with this one.
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	}
	http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(f.content))
}

// Has reports whether there is a file called name.
func (a *Assets) Has(name string) bool {
	_, ok := a.files[name]
	return ok
}
