package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

// CodebookText is what the default codebook says for people in a language, by
// the names that are the same in every language.
type CodebookText struct {
	Kinds      map[string]Labelled      `json:"kinds"`
	Attributes map[string]AttributeText `json:"attributes"`
}

// Labelled is the text of a kind or a value.
type Labelled struct {
	Label     string `json:"label"`
	Guideline Prose  `json:"guideline"`
}

// AttributeText is the text of an attribute and, by their codes, its values.
type AttributeText struct {
	Labelled

	Values map[string]Labelled `json:"values"`
}

// Prose is Markdown; in JSON it is a string, or a list of its lines.
type Prose string

// UnmarshalJSON reads a string or a list.
func (p *Prose) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(p))
	}
	var lines []string
	err := json.Unmarshal(b, &lines)
	*p = Prose(strings.Join(lines, "\n"))
	return err
}

//go:embed codebook
var codebooks embed.FS

// Codebook is the text of the default codebook in the language. It is empty
// for English, which the codebook comes in, and for languages without one.
func (l *Language) Codebook() (CodebookText, error) {
	content, err := codebooks.ReadFile("codebook/" + l.Tag() + ".json")
	if err != nil {
		return CodebookText{}, nil //nolint:nilerr // no file is no text
	}
	var text CodebookText
	if err := json.Unmarshal(content, &text); err != nil {
		return CodebookText{}, fmt.Errorf("read the codebook in %s: %w", l.Tag(), err)
	}
	return text, nil
}
