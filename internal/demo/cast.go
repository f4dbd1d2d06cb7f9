package demo

import (
	"fmt"
	"strings"

	"onrecord.dev/internal/annotate"
)

// parseCast reads entities: for each a line with its type, its name and what
// it is, then indented lines with the type of an alternative name and the
// name.
//
//	person Tobias Renn: the government's envoy
//	  title the envoy
//	  spelling T. Renn
func parseCast(text string, newID func() annotate.ID) ([]annotate.Entity, error) {
	var cast []annotate.Entity
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(line, " ") {
			name, description, _ := strings.Cut(rest, ": ")
			cast = append(cast, annotate.Entity{ID: newID(), Type: annotate.EntityType(what), Name: name, Description: description})
		} else if len(cast) > 0 {
			last := &cast[len(cast)-1]
			last.Names = append(last.Names, annotate.EntityName{Name: rest, Type: annotate.NameType(what)})
		}
		if len(cast) == 0 || cast[len(cast)-1].Validate() != nil {
			return nil, fmt.Errorf("line %d: %q is no entity and no name of one", i+1, line)
		}
	}
	return cast, nil
}
