package annotate

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Article is a news item, without its text.
type Article struct {
	ID       ID
	Headline string
	Metadata
	CreatedBy ID
	CreatedAt time.Time
}

// Metadata is what is known about where an article came from, in the words
// of schema.org and IPTC rNews. Empty means not known.
type Metadata struct {
	URL       string
	Publisher string
	Author    string
	// DatePublished is an EDTF value: 2026, 2026-11, 2026-11-23, or a moment
	// such as 2026-11-23T08:15:00Z. Its precision is its length.
	DatePublished string
	// DatePublishedOrigin says where the date was found: page, url, analyst
	// or unknown. It is empty when there is no date.
	DatePublishedOrigin string
	InLanguage          string // BCP 47
}

// Revision is an article's text at one time. It never changes.
type Revision struct {
	ID             ID
	Article        ID
	Number         int
	Text           string
	SHA256         []byte
	Normalisations []Normalisation
	Blocks         []Block
	CreatedAt      time.Time
}

// BlockType says how a stretch of text is shown.
type BlockType string

// The types of block.
const (
	Heading   BlockType = "heading"
	Paragraph BlockType = "paragraph"
	ListItem  BlockType = "list_item"
	Quote     BlockType = "quote"
	Caption   BlockType = "caption"
)

// Block is a stretch of the text, for rendering only: annotations know
// nothing of blocks. Start and End are code points, half-open; the line
// breaks between blocks belong to none.
type Block struct {
	Type  BlockType `json:"type"`
	Start int       `json:"start"`
	End   int       `json:"end"`
}

// SplitBlocks finds the blocks of a plain text: each line with something in
// it is one, and the first is the headline.
func SplitBlocks(text string) []Block {
	var blocks []Block
	at := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		n := utf8.RuneCountInString(line)
		content := utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))
		if strings.TrimSpace(line) != "" {
			blocks = append(blocks, Block{Type: blockType(line, len(blocks) == 0), Start: at, End: at + content})
		}
		at += n
	}
	return blocks
}

func blockType(line string, first bool) BlockType {
	switch trimmed := strings.TrimSpace(line); {
	case first:
		return Heading
	case strings.HasPrefix(trimmed, "- "), strings.HasPrefix(trimmed, "* "), strings.HasPrefix(trimmed, "• "):
		return ListItem
	case strings.HasPrefix(trimmed, "> "):
		return Quote
	default:
		return Paragraph
	}
}

// maxHeadline is the longest headline in code points.
const maxHeadline = 500

// HeadlineOf is the first line of text with something in it, cut to what a
// headline may be.
func HeadlineOf(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if t := NewText(line); t.Len() > maxHeadline {
			return t.Slice(0, t.Snap(maxHeadline-1)) + "…"
		}
		return line
	}
	return ""
}

var (
	// edtf is level 0 of EDTF without intervals: a year to a moment.
	edtf     = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?)?)?$`)
	language = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// Validate returns an [Invalid] naming each field that cannot be kept, by its
// name in JSON.
func (a Article) Validate() error {
	bad := Invalid{}
	if n := utf8.RuneCountInString(a.Headline); strings.TrimSpace(a.Headline) == "" || n > maxHeadline {
		bad["headline"] = "Give a headline of at most 500 characters."
	}
	for field, value := range map[string]string{"publisher": a.Publisher, "author": a.Author} {
		if utf8.RuneCountInString(value) > 500 {
			bad[field] = "Use at most 500 characters."
		}
	}
	if a.URL != "" && !validURL(a.URL) {
		bad["url"] = "Give an address that begins with https:// or http://, of at most 2000 characters."
	}
	if a.DatePublished != "" && !validDate(a.DatePublished) {
		bad["datePublished"] = "Give a year, month, day or moment: 2026, 2026-11, 2026-11-23 or 2026-11-23T08:15:00Z."
	}
	switch a.DatePublishedOrigin {
	case "", "page", "url", "analyst", "unknown":
		if a.DatePublished == "" && a.DatePublishedOrigin != "" {
			bad["datePublishedOrigin"] = "Leave this out as long as there is no date."
		}
	default:
		bad["datePublishedOrigin"] = "Use page, url, analyst or unknown."
	}
	if a.InLanguage != "" && !language.MatchString(a.InLanguage) {
		bad["inLanguage"] = "Give a language tag such as en or pt-BR."
	}
	return bad.Err()
}

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 2000 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func validDate(s string) bool {
	if !edtf.MatchString(s) {
		return false
	}
	layouts := []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04Z07:00", time.RFC3339Nano}
	for _, layout := range layouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// AnnotatedArticle is an article with one annotation set: all there is to know
// of it, as it is read, exported and imported.
type AnnotatedArticle struct {
	Article  Article
	Revision Revision
	// Seq is the number of the set's newest change set, 0 before the first.
	Seq int64
	// Annotations are in the order of [Annotation.Before], none deleted.
	Annotations []Annotation
	// Links are by id, none deleted.
	Links []Link
	// Reviews and Comments are by id, which is by time.
	Reviews  []Review
	Comments []Comment
}
