package annotate_test

import (
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestMentions(t *testing.T) {
	t.Parallel()
	var people []annotate.Member
	for _, name := range []string{"Ana", "Ana Ruiz", "Ben Okafor", "ben okafor", "Zoë Ågren", "李明"} {
		people = append(people, annotate.Member{UserID: annotate.ID(strings.ReplaceAll(name, " ", "")), Name: name})
	}
	tests := map[string]struct{ text, want string }{
		"nobody":                      {"The tape is at 4:10.", ""},
		"one":                         {"@Ana, look at this.", "@Ana=Ana"},
		"the longer name":             {"@Ana Ruiz: look.", "@Ana Ruiz=AnaRuiz"},
		"the shorter, where it ends":  {"@Ana Ruizova is another", "@Ana=Ana"},
		"part of a word":              {"@Anabel", ""},
		"any case":                    {"ask @zoë ågren!", "@zoë ågren=ZoëÅgren"},
		"two of a name":               {"@Ben Okafor?", "@Ben Okafor=BenOkafor+benokafor"},
		"twice":                       {"@Ana @Ana", "@Ana=Ana @Ana=Ana"},
		"an e-mail address":           {"write to me@Ana", ""},
		"after a bracket":             {"(@Ana)", "@Ana=Ana"},
		"another script":              {"@李明。", "@李明=李明"},
		"an @ alone":                  {"@ Ana, @", ""},
		"at the end, and broken UTF8": {"\xff@Ana\xff", "@Ana=Ana"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range annotate.Mentions(tt.text, people) {
				var who []string
				for _, id := range m.Who {
					who = append(who, string(id))
				}
				slices.Sort(who)
				got = append(got, tt.text[m.Start:m.End]+"="+strings.Join(who, "+"))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestThreadsGatherAnswers(t *testing.T) {
	t.Parallel()
	comment := func(id, replyTo annotate.ID) annotate.ListedComment {
		return annotate.ListedComment{Comment: annotate.Comment{ID: id, ReplyTo: replyTo}}
	}
	threads := annotate.Threads([]annotate.ListedComment{comment("1", ""), comment("2", ""), comment("3", "1"), comment("4", "0"), comment("5", "1")})
	var got []string
	for _, th := range threads {
		words := string(th.First.ID) + ":"
		for _, r := range th.Replies {
			words += string(r.ID)
		}
		got = append(got, words)
	}
	if want := []string{"1:35", "2:", "4:"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
