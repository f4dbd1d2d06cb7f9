package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	xlanguage "golang.org/x/text/language"
)

// Catalogue holds the texts of a language by their keys.
type Catalogue map[string]Entry

// Entry is a text, or its forms by CLDR plural category (zero, one, two, few,
// many, other). In JSON it is a string, or an object of the forms.
type Entry struct {
	Text  string
	Forms map[string]string
}

// UnmarshalJSON reads a string or an object.
func (e *Entry) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &e.Text)
	}
	return json.Unmarshal(b, &e.Forms)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (e Entry) MarshalJSON() ([]byte, error) {
	if e.Forms != nil {
		return json.Marshal(e.Forms)
	}
	return json.Marshal(e.Text)
}

func (e Entry) form(category string) string {
	if text, ok := e.Forms[category]; ok {
		return text
	}
	return e.Forms["other"]
}

// ReadCatalogue reads all JSON files below the folder called name. A key is to
// stand in one of them only: where it stands in several, any of them counts,
// and twice tells of it.
func ReadCatalogue(files fs.FS, name string) (c Catalogue, twice []string, err error) {
	c = Catalogue{}
	err = fs.WalkDir(files, name, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".json" {
			return err
		}
		content, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		var part Catalogue
		if err := json.Unmarshal(content, &part); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, key := range slices.Sorted(maps.Keys(part)) {
			if _, there := c[key]; there {
				twice = append(twice, fmt.Sprintf("%s: %q stands in another file too: leave it in one", file, key))
			}
		}
		maps.Copy(c, part)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the catalogue %s: %w", name, err)
	}
	return c, twice, nil
}

//go:embed de
var files embed.FS

// Languages are those an interface is offered in, English first.
type Languages struct {
	all     []*Language
	matcher xlanguage.Matcher
}

// Offered are the languages Onrecord comes with.
func Offered() *Languages {
	folders, err := files.ReadDir(".")
	if err != nil {
		panic(err) // only for a malformed path, and this one is fixed
	}
	all := &Languages{all: []*Language{English}}
	for _, folder := range folders {
		c, _, err := ReadCatalogue(files, folder.Name())
		if err != nil {
			panic(err) // a test reads the same files
		}
		all = all.With(New(folder.Name(), c))
	}
	return all
}

// With is ls and one more.
func (ls *Languages) With(l *Language) *Languages {
	all := append(slices.Clone(ls.all), l)
	tags := make([]xlanguage.Tag, len(all))
	for i, l := range all {
		tags[i] = l.tag
	}
	return &Languages{all: all, matcher: xlanguage.NewMatcher(tags)}
}

// All lists the languages, English first.
func (ls *Languages) All() []*Language { return slices.Clone(ls.all) }

// Called is the language with exactly that tag.
func (ls *Languages) Called(tag string) (*Language, bool) {
	i := slices.IndexFunc(ls.all, func(l *Language) bool { return l.Tag() == tag })
	if i < 0 {
		return nil, false
	}
	return ls.all[i], true
}

// Accepted is the language that suits an Accept-Language header best, and
// English where none does.
func (ls *Languages) Accepted(header string) *Language {
	wanted, _, err := xlanguage.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return English
	}
	_, i, confidence := ls.matcher.Match(wanted...)
	if confidence == xlanguage.No {
		return English
	}
	return ls.all[i]
}
