package exchange

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// What a folder or a zip may have in it, so that nobody fills the disk or the
// memory with a small file.
const (
	maxFiles    = 50_000
	maxUnpacked = 4 << 30 // bytes of all files of a zip
	maxFile     = 1 << 30 // bytes of one of them
)

// Files is what is imported: one file, or those of a folder or of a zip.
type Files struct {
	fsys  fs.FS
	names []string            // in order, but for hidden ones
	texts map[string][]string // those of .txt files by the last part
	// Close lets go of them.
	Close func() error
}

// OpenFiles opens the file, folder or zip at a path.
func OpenFiles(name string) (*Files, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return listFiles(os.DirFS(name))
	}
	in, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	files, err := NewFiles(filepath.Base(name), in, info.Size())
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	files.Close = in.Close
	return files, nil
}

// NewFiles is the file called name, or what is in it if it is a zip. It
// refuses a zip that is not what it seems with an [annotate.BadFile].
func NewFiles(name string, r io.ReaderAt, size int64) (*Files, error) {
	var magic [4]byte
	if n, _ := r.ReadAt(magic[:], 0); n < len(magic) || string(magic[:]) != "PK\x03\x04" {
		if name == "" {
			name = "-"
		}
		return &Files{
			fsys: single{r: r, size: size}, names: []string{name}, Close: func() error { return nil },
		}, nil
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, annotate.Complain("This zip cannot be read: it is not whole, or names files outside itself.")
	}
	var unpacked uint64
	for _, f := range z.File {
		// Checked one by one, the sum cannot wrap around.
		if unpacked += min(f.UncompressedSize64, maxUnpacked+1); unpacked > maxUnpacked {
			return nil, annotate.Complain(fmt.Sprintf("There is more than %d GiB in this zip.", maxUnpacked>>30))
		}
		if !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
			return nil, annotate.Complain("This zip cannot be read: it is not whole, or names files outside itself.")
		}
	}
	if len(z.File) > maxFiles {
		return nil, annotate.Complain(fmt.Sprintf("There are more than %d files here. Import them in parts.", maxFiles))
	}
	return listFiles(z)
}

func listFiles(fsys fs.FS) (*Files, error) {
	f := &Files{fsys: fsys, texts: map[string][]string{}, Close: func() error { return nil }}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "__MACOSX"
		switch {
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden || d.IsDir():
			return nil
		case len(f.names) == maxFiles:
			return annotate.Complain(fmt.Sprintf("There are more than %d files here. Import them in parts.", maxFiles))
		}
		f.names = append(f.names, name)
		if strings.HasSuffix(name, ".txt") {
			f.texts[path.Base(name)] = append(f.texts[path.Base(name)], name)
		}
		return nil
	})
	slices.Sort(f.names)
	if err == nil && len(f.names) == 0 {
		err = annotate.Complain("There are no files in it.")
	}
	return f, err
}

// open opens one of the files. It may have no more than maxFile bytes, however
// few a zip says it has.
func (f *Files) open(name string) (io.ReadCloser, error) {
	r, err := f.fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, maxFile), r}, nil
}

func (f *Files) read(name string, with func(io.Reader) error) error {
	r, err := f.open(name)
	if err != nil {
		return err
	}
	err = with(r)
	_ = r.Close() // only read
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) {
		return annotate.Complain("This zip cannot be read: it is not whole, or names files outside itself.")
	}
	return err
}

// begins reports whether the first file begins with what is given, but for
// white space.
func (f *Files) begins(with string) bool {
	r, err := f.open(f.names[0])
	if err != nil {
		return false
	}
	defer r.Close()
	var head [64]byte
	n, _ := io.ReadFull(r, head[:]) // a short file has less
	return strings.HasPrefix(strings.Join(strings.Fields(string(head[:n])), ""), with)
}

// head is what the first file of one of the suffixes begins with.
func (f *Files) head(d *dialect) string {
	for _, name := range f.names {
		if !d.reads(name) && (len(f.names) > 1 || path.Ext(name) != "") {
			continue
		}
		r, err := f.open(name)
		if err != nil {
			return ""
		}
		defer r.Close()
		head, _ := bufio.NewReaderSize(r, 64<<10).Peek(64 << 10) // a short file has less
		return string(bytes.TrimPrefix(head, []byte("\ufeff")))
	}
	return ""
}

// single is one file as a file system: whatever is opened is that file.
type single struct {
	r    io.ReaderAt
	size int64
}

func (s single) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".txt") { // no text stands beside it
		return nil, fs.ErrNotExist
	}
	return opened{Reader: io.NewSectionReader(s.r, 0, s.size), single: s}, nil
}

type opened struct {
	io.Reader
	single
}

func (o opened) Stat() (fs.FileInfo, error) { return o, nil }
func (opened) Close() error                 { return nil }
func (opened) Name() string                 { return "" }
func (o opened) Size() int64                { return o.size }
func (opened) Mode() fs.FileMode            { return 0o400 }
func (opened) ModTime() time.Time           { return time.Time{} }
func (opened) IsDir() bool                  { return false }
func (opened) Sys() any                     { return nil }
