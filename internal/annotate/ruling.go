package annotate

import (
	"strings"
	"time"
	"unicode/utf8"
)

// RulingWay says how it was settled what stands.
type RulingWay string

// The ways.
const (
	RuleTake  RulingWay = "take"  // one analyst's, as it is
	RuleMerge RulingWay = "merge" // of what several have
	RuleWrite RulingWay = "write" // anew
	RuleKeep  RulingWay = "keep"  // what was settled before, after new work
	RuleDrop  RulingWay = "drop"  // nothing
)

// Ruling settles what stands of what analysts made of the same words.
type Ruling struct {
	ID      ID
	Article ID
	Way     RulingWay
	// On is what was settled, at the versions of then.
	On []SeenAnnotation
	// Result is the annotation of the adjudicated set that stands; empty for
	// [RuleDrop].
	Result ID
	// Cause is why they disagreed: one of the project's causes, or empty.
	Cause string
	Note  string
	By    ID
	At    time.Time
}

// SeenAnnotation is an annotation as somebody saw it.
type SeenAnnotation struct {
	ID      ID
	Version int
}

// DefaultCauses are why analysts disagree, in a project that has no list of its
// own.
func DefaultCauses() []string {
	return []string{
		"Overlooked",
		"Slip",
		"The guideline is unclear",
		"The guideline was not followed",
		"The codebook has no answer that fits",
		"The text is ambiguous",
		"Matter of judgement",
	}
}

// Limits on the causes of a project.
const (
	MaxCauses = 30
	maxRuling = 2000 // code points of a note
)

// ParseCauses reads causes, one a line, or returns an [Invalid] under causes.
// No line at all is the default list, nil.
func ParseCauses(lines string) ([]string, error) {
	var causes []string
	seen := map[string]bool{}
	for line := range strings.Lines(lines) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" || seen[line] {
			continue
		}
		if utf8.RuneCountInString(line) > MaxName {
			return nil, Invalid{"causes": "Use at most 200 characters a line."}
		}
		seen[line] = true
		causes = append(causes, line)
	}
	if len(causes) > MaxCauses {
		return nil, Invalid{"causes": "Use at most 30 lines."}
	}
	return causes, nil
}

// Validate returns an [Invalid] naming what is wrong with r. Causes are the
// project's.
func (r Ruling) Validate(causes []string) error {
	bad := Invalid{}
	known := r.Cause == ""
	for _, c := range causes {
		known = known || c == r.Cause
	}
	if !known {
		bad["cause"] = "Choose one of the causes, or none."
	}
	if utf8.RuneCountInString(r.Note) > maxRuling {
		bad["note"] = "Use at most 2,000 characters."
	}
	return bad.Err()
}
