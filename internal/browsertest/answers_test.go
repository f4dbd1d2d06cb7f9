package browsertest

import (
	"slices"
	"testing"

	"onrecord.dev/internal/annotate"
)

// Each answer is given on a card that was drawn before the one given last.
func TestAnAnswerLeavesTheOthersAsTheyAre(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.tags(n.ana, sails)
	n.ana.unfold("Coding")
	n.ana.click(`fieldset[data-attribute="quotation"] label`, "Indirect")
	n.ana.click(".not-stated", "Not stated in the text")
	n.has("both answers", func(a article) bool {
		return slices.ContainsFunc(a.Annotations, func(one annotate.AnnotationRecord) bool {
			return one.Attributes["quotation"] == "indirect" && one.Attributes["not_stated"] != nil
		})
	})
}
