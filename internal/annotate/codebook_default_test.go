package annotate_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestDefaultCodebookIsValid(t *testing.T) {
	if err := annotate.DefaultCodebook().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestDefaultCodebookGuidesEveryChoice(t *testing.T) {
	c := annotate.DefaultCodebook()
	for _, k := range c.Kinds {
		if k.Guideline == "" {
			t.Errorf("kind %s has no guideline", k.Name)
		}
	}
	for _, a := range c.Attributes {
		if a.Guideline == "" {
			t.Errorf("attribute %s has no guideline", a.Name)
		}
		for _, v := range a.Values {
			if v.Guideline == "" || strings.Contains(v.Guideline, "\n") {
				t.Errorf("value %s of %s needs a guideline of one line, and has %q", v.Value, a.Name, v.Guideline)
			}
		}
	}
}

func TestDefaultCodebookAsksTheFirstQuestionsFirst(t *testing.T) {
	c := annotate.DefaultCodebook()
	names := func(attributes []annotate.Attribute) []string {
		list := []string{}
		for _, a := range attributes {
			list = append(list, a.Name)
		}
		return list
	}
	kinds := map[string][]string{
		annotate.Claim:   {"quotation", "modality", "non_response", "not_stated", "time"},
		annotate.Speaker: {"on_record"},
		annotate.Source:  {"source_type", "channel", "verification"},
		annotate.Cue:     {},
	}
	for kind, want := range kinds {
		if got := names(c.AttributesOf(kind)); !slices.Equal(got, want) {
			t.Errorf("asked of a %s: %v, want %v", kind, got, want)
		}
	}
	roles := map[annotate.LinkRole][]string{
		annotate.RoleSpeaker:   {"certainty"},
		annotate.RoleSource:    {"certainty"},
		annotate.RoleCue:       {},
		annotate.RoleAddressee: {},
		annotate.RoleWithin:    {},
		annotate.RoleVia:       {"relation"},
	}
	for role, want := range roles {
		if got := names(c.AttributesOfLink(role)); !slices.Equal(got, want) {
			t.Errorf("asked of a %s link: %v, want %v", role, got, want)
		}
	}
}

func TestDefaultCodebookHasTheClosedListsOfTheField(t *testing.T) {
	want := map[string]string{
		"quotation":        "direct mixed indirect reported free_indirect non_response",
		"modality":         "actual future conditional hypothetical",
		"non_response":     "declined no_immediate_response acknowledged_receipt unreachable referred_elsewhere",
		"not_stated":       "speaker source",
		"time":             "",
		"certainty":        "CT+ PR+ PS+ CT- PR- PS- CTu Uu",
		"on_record":        "on_record background deep_background off_record not_stated",
		"verification":     "verified_by_outlet unverified_by_outlet not_stated",
		"attitude":         "statement belief knowledge perception intention desire_attitude decree evidence_shown",
		"cue_stance":       "neutral endorsing distancing",
		"check_worthiness": "not_factual factual_unimportant check_worthy",
		"verdict":          "true mostly_true mixed misleading mostly_false false unverifiable not_checked",
	}
	c := annotate.DefaultCodebook()
	for name, want := range want {
		a, ok := c.Attribute(name)
		if !ok {
			t.Errorf("there is no attribute %s", name)
			continue
		}
		values := make([]string, len(a.Values))
		for i, v := range a.Values {
			values[i] = v.Value
		}
		if got := strings.Join(values, " "); got != want {
			t.Errorf("%s is one of %q, want %q", name, got, want)
		}
	}
}

func TestDefaultCodebookIsFreshOnEveryCall(t *testing.T) {
	first := annotate.DefaultCodebook()
	first.Kinds[1].Entities[0] = annotate.Place
	first.Attributes[0].Kinds[0] = annotate.Cue
	first.Attributes[0].Values[0].Label = "changed"
	second := annotate.DefaultCodebook()
	if second.Kinds[1].Entities[0] == annotate.Place || second.Attributes[0].Kinds[0] == annotate.Cue || second.Attributes[0].Values[0].Label == "changed" {
		t.Error("a change of one default codebook shows in the next")
	}
}

func TestDefaultCodebookSurvivesJSONWithoutNulls(t *testing.T) {
	c := annotate.DefaultCodebook()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "null") {
		t.Error("its JSON has a null where a list belongs")
	}
	var back annotate.Codebook
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&back)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(b) {
		t.Error("it changes on its way through JSON")
	}
}
