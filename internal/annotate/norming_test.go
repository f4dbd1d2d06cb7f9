package annotate_test

import (
	"fmt"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestVotesAreTallied(t *testing.T) {
	t.Parallel()
	vote := func(who annotate.ID, answer ...string) annotate.Vote {
		return annotate.Vote{Voter: who, Voted: true, Answer: answer}
	}
	got := ""
	for _, b := range annotate.Tally([]annotate.Vote{vote("a", "x"), vote("b", "z", "y"), vote("c"), vote("d", "y", "z"), vote("e", "w")}) {
		got += fmt.Sprint(b.Answer, len(b.Votes), " ")
	}
	if want := "[y z] 2 [w] 1 [x] 1 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnswersOfAVote(t *testing.T) {
	t.Parallel()
	codebook := annotate.DefaultCodebook()
	for name, tt := range map[string]struct {
		attribute string
		answer    []string
		field     string
	}{
		"a decision":                {"", []string{"dispute"}, ""},
		"no decision":               {"", []string{"shrug"}, "answer"},
		"two decisions":             {"", []string{"dispute", "approve"}, "answer"},
		"nothing":                   {"", nil, "answer"},
		"a value":                   {"quotation", []string{"direct"}, ""},
		"no value":                  {"quotation", []string{"loud"}, "answer"},
		"two values where one fits": {"quotation", []string{"direct", "indirect"}, "answer"},
		"no answer":                 {"quotation", nil, "answer"},
	} {
		err := annotate.Norming{Attribute: tt.attribute}.CheckAnswer(codebook, tt.answer)
		if tt.field == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if tt.field != "" {
			complains(t, err, tt.field)
		}
	}
	for attribute, field := range map[string]string{"": "", "quotation": "", "nonsense": "attribute", "relation": "attribute"} {
		err := annotate.Norming{Attribute: attribute}.CheckQuestion(codebook)
		if field == "" && err != nil {
			t.Errorf("%s: %v", attribute, err)
		}
		if field != "" {
			complains(t, err, field)
		}
	}
}
