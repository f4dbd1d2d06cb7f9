package browsertest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
)

// sampleDesk is the sample article on the desk of somebody who tags it as
// people do, and of somebody who reviews it. The article is no part of this
// repository: what is tagged is found by the few words around it.
type sampleDesk struct {
	*newsroom
	claims int // how many have been tagged
	// supposed are the words of the claim that nobody has made.
	supposed string
}

// TestTheSampleArticleIsTaggedReviewedAndExported is about all that makes
// real articles hard: relative times in a text without a date, a chain of
// hands, two spellings, answers that did not come, an outlet that could not
// tell, a quotation split by its cue, speech within speech that has not been
// held, and single words in marks.
func TestTheSampleArticleIsTaggedReviewedAndExported(t *testing.T) {
	t.Parallel()
	d := &sampleDesk{newsroom: atWork(t, string(shared(t, "samples", "000_73a7b3742c95f092.txt")))}
	for _, step := range []struct {
		name string
		do   func(*sampleDesk, *testing.T)
	}{
		{"a time that nobody can resolve yet", (*sampleDesk).relativeTime},
		{"a chain from the recording to the last who published it", (*sampleDesk).chain},
		{"two spellings of one person", (*sampleDesk).spellings},
		{"answers that did not come", (*sampleDesk).nonAnswers},
		{"an outlet that could not tell", (*sampleDesk).disclaimer},
		{"a quotation split by its cue", (*sampleDesk).split},
		{"speech within speech, not held yet", (*sampleDesk).nested},
		{"speech that is only imagined", (*sampleDesk).imagined},
		{"single words in marks", (*sampleDesk).wordsInMarks},
		{"another reviews all of it", (*sampleDesk).review},
		{"the export has all of it", (*sampleDesk).export},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			d.ana.during(t)
			d.rolf.during(t)
			step.do(d, t)
		}) {
			return // what follows builds on it
		}
	}
}

// stretch is where a pattern's group stands in the text, in code points, and
// what stands there. The pattern fits in one place.
func (d *sampleDesk) stretch(pattern string) (start, end int, words string) {
	d.ana.tb.Helper()
	found := regexp.MustCompile(pattern).FindAllStringSubmatchIndex(d.text, -1)
	if len(found) != 1 {
		d.ana.tb.Fatalf("%s stands in the text %d times", pattern, len(found))
	}
	at := found[0][len(found[0])-2:]
	words = d.text[at[0]:at[1]]
	start = utf8.RuneCountInString(d.text[:at[0]])
	return start, start + utf8.RuneCountInString(words), words
}

// tag drags over a stretch and presses a key.
func (d *sampleDesk) tag(key, pattern string) (words string) {
	d.ana.tb.Helper()
	start, end, words := d.stretch(pattern)
	d.ana.selectText(start, end)
	d.ana.press(key)
	return words
}

// claim tags a claim, of further stretches too, and answers how it is quoted.
func (d *sampleDesk) claim(quotation, pattern string, more ...string) (words string) {
	d.ana.tb.Helper()
	words = d.tag("c", pattern)
	for _, m := range more {
		d.tag("+", m)
	}
	d.claims++
	d.opened(words)
	d.ana.unfold("Coding")
	d.answer("quotation", quotation)
	return words
}

// within tags a claim inside the focused one, and how far it has been said.
func (d *sampleDesk) within(pattern, modality string) (words string) {
	d.ana.tb.Helper()
	words = d.tag("C", pattern)
	d.claims++
	d.opened(words)
	d.answer("modality", modality)
	return words
}

// opened waits for the card of what has these words.
func (d *sampleDesk) opened(words string) {
	d.ana.tb.Helper()
	d.ana.until("the card of "+words, `document.querySelector('#cards .card[data-form="open"] .quote')?.textContent.startsWith(args[0])`, words)
}

// answer presses an answer to one of the codebook's questions.
func (d *sampleDesk) answer(question, label string) {
	d.ana.tb.Helper()
	field := `fieldset[data-attribute="` + question + `"]`
	d.ana.click(field+" label", label)
	d.ana.until(label+" to be the answer", `document.querySelector(args[0] + " label:has(:checked)")?.textContent === args[1]`, field, label)
}

// press focuses what stands at the beginning of a stretch.
func (d *sampleDesk) press(pattern, words string) {
	d.ana.tb.Helper()
	d.ana.deselect()
	start, end, _ := d.stretch(pattern)
	from, _ := d.ana.placesOf(start, end)
	from.X += 2
	d.ana.do("press on "+words, mouse(chromedp.MousePressed, from), mouse(chromedp.MouseReleased, from))
	d.opened(words)
}

// identify says who or what a tag stands for: a new entity, or a known one.
func (d *sampleDesk) identify(name, kind string) {
	d.ana.tb.Helper()
	d.ana.fill(`[data-role="entity"] input`, name)
	d.ana.click(`[role="option"]`, kind)
	d.ana.until("the entity", `document.querySelector('[data-role="entity"] .chip')?.textContent.includes(args[0])`, name)
}

func (d *sampleDesk) relativeTime(*testing.T) {
	d.claim("Indirect", `\bthat (he believed the US .*? settlement)\.`)
	d.tag("S", `\n(Putin) indicated`)
	d.tag("U", `\nPutin (indicated) this month`)
	d.ana.fill(`input[data-attribute="time"]`, "this month")
	d.ana.press("Enter")
	d.has("the time as written", func(a article) bool {
		return slices.ContainsFunc(a.Annotations, func(one annotate.AnnotationRecord) bool { return one.Attributes["time"] == "this month" })
	})
}

// The recording is known through who transcribed it, the outlet of the last
// line, and the one that the text begins with. The last but one is tagged
// without any words, as what the page knows already or as something new.
func (d *sampleDesk) chain(*testing.T) {
	words := d.claim("Direct", `("We created .*? with you,")`)
	d.tag("S", `you," (Witkoff) explained`)
	d.tag("U", `Witkoff (explained) to`)
	recording := d.tag("O", `(a recording of the conversation) reviewed`)
	d.ana.choose(`.chain select[data-attribute="certainty"]`, "CT+")
	d.ana.click("#cards .chip button.name", recording)
	d.opened(recording)
	d.ana.unfold("Coding")
	d.ana.choose(`select[data-attribute="source_type"]`, "recording_transcript")

	d.tag("O", `transcribed by (Bloomberg)\.`)
	d.ana.choose(`[data-role="via"] .chip select[data-attribute="relation"]`, "transcribed_by")
	d.ana.click("#cards .chip button.name", "Bloomberg")
	d.opened("Bloomberg")
	d.identify("Bloomberg", "new outlet")
	d.ana.fill(`[data-role="via"] input`, "NDTV")
	d.ana.click(`[role="option"]`, "new outlet")
	d.ana.choose(`[data-role="via"] .chip select[data-attribute="relation"]`, "reported_by")
	d.ana.click("#cards .chip button.name", "NDTV")
	d.ana.says("Not mentioned in the text")
	d.tag("O", `From: (India News Bull)`)
	d.ana.choose(`[data-role="via"] .chip select[data-attribute="relation"]`, "republished_by")
	d.press(`("We created)`, words)
	d.ana.until("the whole chain on the claim's card", `[...document.querySelectorAll(".chain .hop .name")].map((e) => e.textContent.replace("∅ ", "")).join(" > ") === args[0]`,
		"a recording of the conversation > Bloomberg > NDTV > India News Bull")
}

func (d *sampleDesk) spellings(*testing.T) {
	d.tag("s", `(Volodymyr Zelensky)'s`)
	d.opened("Volodymyr Zelensky")
	d.identify("Volodymyr Zelensky", "new person")
	d.tag("s", `"(Zelenskiy) is coming`)
	d.opened("Zelenskiy")
	d.ana.click(`[data-role="entity"] button.offer`, "Volodymyr Zelensky")
	d.ana.click(`[data-action="spelling"]`)
	d.has("both spellings of one person", func(a article) bool {
		return slices.ContainsFunc(a.Entities, func(e struct {
			ID    annotate.ID
			Name  string
			Names []struct{ Name, Type string }
		},
		) bool {
			return e.Name == "Volodymyr Zelensky" && len(e.Names) == 1 && e.Names[0].Name == "Zelenskiy"
		})
	})
}

func (d *sampleDesk) nonAnswers(*testing.T) {
	d.claim("Non-response", `(confirmed receipt of a comment request)`)
	d.answer("non_response", "Acknowledged only")
	d.tag("S", `(A White House spokesperson, Anna Kelly)`)
	d.claim("Non-response", `(did not immediately respond to requests for comment)`)
	d.answer("non_response", "No immediate response")
	d.tag("S", `(Kremlin spokesman Dmitry Peskov)`)
	d.claim("Non-response", `(declined to comment)`)
	d.answer("non_response", "Declined")
	d.tag("S", `(A spokesperson for Dmitriev)`)
}

func (d *sampleDesk) disclaimer(*testing.T) {
	words := d.claim("Indirect", `(what proposals Russia shared .*? blueprint)`)
	d.ana.click(".not-stated", "Not stated in the text")
	outlet := d.tag("O", `(Bloomberg) has been unable`)
	d.tag("U", `(has been unable to verify) exactly`)
	d.ana.choose(`.chain select[data-attribute="certainty"]`, "Uu")
	d.ana.click("#cards .chip button.name", outlet)
	d.opened(outlet)
	d.ana.click(`[data-role="entity"] button.offer`, outlet)
	d.answer("verification", "Not verified")
	d.press(`(what proposals)`, words)
}

func (d *sampleDesk) split(*testing.T) {
	d.claim("Direct", `("I don't understand .*? war,")`, `("He simply .*? unfavorable\.")`)
	d.tag("S", `war," (Trump) stated`)
	d.tag("U", `Trump (stated) on`)
	d.ana.fill(`input[data-attribute="time"]`, "on October 14")
	d.ana.press("Enter")
}

func (d *sampleDesk) nested(*testing.T) {
	d.claim("Mixed", `(Putin "will congratulate" and will say "Mr\. .*? advocate,")`)
	d.tag("S", `advocate," (he) responded`)
	d.within(`("Mr\. .*? advocate,")`, "Future")
	d.answer("quotation", "Direct")
	d.tag("S", `advice\. (Putin) "will`)
}

func (d *sampleDesk) imagined(*testing.T) {
	d.claim("Direct", `("Here's .*? remarkable,")`, `("Perhaps he mentions .*? approaches\.")`)
	d.tag("S", `remarkable," (Witkoff) then`)
	d.supposed = d.within(`Trump: (you know, Steve .*? approaches)\.`, "Hypothetical")
	d.tag("S", `"Perhaps (he) mentions`)
}

func (d *sampleDesk) wordsInMarks(*testing.T) {
	d.claim("Mixed", `inquired (whether it would be "useful" .*?)\. Witkoff`)
	d.tag("S", `(Ushakov) inquired`)
	d.claim("Mixed", `argued for (requesting "the maximum" .*?)\.\n`)
	d.tag("S", `(Ushakov) argued for`)
	d.ana.saving("Saved")
}

// review goes through the queue from its beginning until it is empty. The
// speech that is only imagined is disputed, all else is approved.
func (d *sampleDesk) review(t *testing.T) {
	t.Helper()
	tagged := d.has("all claims", func(a article) bool { return a.count(annotate.Claim) == d.claims })
	supposed := tagged.find(t, annotate.Claim, d.supposed).ID
	for left := d.claims; left > 0; left-- {
		d.rolf.open("/projects/" + d.project.Slug + "/claims")
		d.rolf.until("the claims that are left", `document.querySelectorAll(".claim-card").length === args[0]`, left)
		d.rolf.click(".claim-card a[data-claim]")
		d.rolf.says("Who said it, and how it came here")
		claim := annotate.ID(d.rolf.path()[strings.LastIndex(d.rolf.path(), "/")+1:])
		decide, state := "Approve", annotate.Approved
		if claim == supposed {
			decide, state = "Dispute", annotate.Disputed
			d.rolf.fill("#reason", "Nobody has said this.")
		}
		d.rolf.click("button[name=decision]", decide)
		d.has("the decision", func(a article) bool {
			return slices.ContainsFunc(a.Annotations, func(one annotate.AnnotationRecord) bool { return one.ID == claim && one.Review == state })
		})
	}
	d.rolf.open("/projects/" + d.project.Slug + "/claims")
	d.rolf.until("an empty queue", `document.querySelectorAll(".claim-card").length === 0`)
}

// export takes the file from the page, by the hand of the reviewer, and looks
// for each of what the article demands.
func (d *sampleDesk) export(t *testing.T) {
	t.Helper()
	d.rolf.click(".tabs a", "Export")
	d.rolf.click("button", "Download")
	e := readExport(t, d.rolf)
	if len(e.Articles) != 1 || e.Articles[0].Text != d.text || e.Articles[0].DatePublished != nil {
		t.Fatalf("%d articles, or another text, or a date that nobody gave", len(e.Articles))
	}
	f := found{tb: t, desk: d, export: e, exportedArticle: e.Articles[0]}
	for words, has := range map[string]bool{
		"a time that is not resolved":               f.hasUnresolvedTime(),
		"the chain of hands":                        f.hasChain(),
		"two spellings of one person":               f.hasSpellings(),
		"answers that did not come":                 f.hasNonAnswers(),
		"an outlet that leaves it open":             f.hasDisclaimer(),
		"a quotation in two parts":                  f.hasSplit(),
		"speech within speech, future and imagined": f.hasNested(),
		"no claim of a single word":                 f.hasNoSingleWords(),
		"a decision on each claim":                  f.hasDecisions(),
	} {
		if !has {
			t.Errorf("the export does not have %s", words)
		}
	}
}

// found is what the export has of the sample article.
type found struct {
	tb   testing.TB
	desk *sampleDesk
	export
	exportedArticle
}

// claim is the claim that begins where a pattern's group stands.
func (f found) claim(pattern string) exportedAnnotation {
	f.tb.Helper()
	start, _, words := f.desk.stretch(pattern)
	for _, one := range f.Annotations {
		if one.Kind == annotate.Claim && one.Fragments[0].Start == start && one.Fragments[0].Exact == words {
			return one
		}
	}
	f.tb.Errorf("the export has no claim %q", words)
	return exportedAnnotation{}
}

// next is what a link in a role leads to, and the link.
func (f found) next(from exportedAnnotation, role annotate.LinkRole) (exportedAnnotation, annotate.LinkRecord) {
	for _, l := range f.Links {
		for _, to := range f.Annotations {
			if l.From == from.ID && l.Role == role && l.To == to.ID {
				return to, l
			}
		}
	}
	return exportedAnnotation{}, annotate.LinkRecord{}
}

// named is what an annotation is called: the entity's name, else its words.
func (f found) named(one exportedAnnotation) string {
	for _, e := range f.Entities {
		if one.Entity != nil && e.ID == *one.Entity {
			return e.Name
		}
	}
	if len(one.Fragments) == 0 {
		return ""
	}
	return one.Fragments[0].Exact
}

// said reports whether a claim is said by that name.
func (f found) said(claim exportedAnnotation, by string) bool {
	speaker, _ := f.next(claim, annotate.RoleSpeaker)
	return f.named(speaker) == by
}

func (f found) hasUnresolvedTime() bool {
	claim := f.claim(`\bthat (he believed the US .*? settlement)\.`)
	_, resolved := claim.Attributes["time_value"]
	return claim.Attributes["time"] == "this month" && !resolved && f.said(claim, "Putin")
}

func (f found) hasChain() bool {
	claim := f.claim(`("We created .*? with you,")`)
	at, link := f.next(claim, annotate.RoleSource)
	way := []string{f.named(at)}
	if at.Attributes["source_type"] != "recording_transcript" || link.Attributes["certainty"] != "CT+" {
		return false
	}
	for at, link = f.next(at, annotate.RoleVia); at.ID != ""; at, link = f.next(at, annotate.RoleVia) {
		relation, _ := link.Attributes["relation"].(string)
		way = append(way, relation+" "+f.named(at))
	}
	return f.said(claim, "Witkoff") && strings.Join(way, ", ") ==
		"a recording of the conversation, transcribed_by Bloomberg, reported_by NDTV, republished_by India News Bull"
}

func (f found) hasSpellings() bool {
	var spelt []string
	for _, one := range f.Annotations {
		if f.named(one) == "Volodymyr Zelensky" {
			spelt = append(spelt, one.Fragments[0].Exact)
		}
	}
	slices.Sort(spelt)
	return slices.Equal(spelt, []string{"Volodymyr Zelensky", "Zelenskiy"})
}

func (f found) hasNonAnswers() bool {
	how := map[string]string{}
	for _, one := range f.Annotations {
		if one.Attributes["quotation"] == "non_response" {
			speaker, _ := f.next(one, annotate.RoleSpeaker)
			kind, _ := one.Attributes["non_response"].(string)
			how[kind] = f.named(speaker)
		}
	}
	return maps.Equal(how, map[string]string{
		"acknowledged_receipt":  "A White House spokesperson, Anna Kelly",
		"no_immediate_response": "Kremlin spokesman Dmitry Peskov",
		"declined":              "A spokesperson for Dmitriev",
	})
}

func (f found) hasDisclaimer() bool {
	claim := f.claim(`(what proposals Russia shared .*? blueprint)`)
	outlet, link := f.next(claim, annotate.RoleSource)
	stated, _ := claim.Attributes["not_stated"].([]string)
	return f.named(outlet) == "Bloomberg" && outlet.Entity != nil && outlet.Attributes["verification"] == "unverified_by_outlet" &&
		link.Attributes["certainty"] == "Uu" && slices.Equal(stated, []string{"speaker"}) && f.said(claim, "")
}

func (f found) hasSplit() bool {
	claim := f.claim(`("I don't understand .*? war,")`)
	_, _, rest := f.desk.stretch(`("He simply .*? unfavorable\.")`)
	return len(claim.Fragments) == 2 && claim.Fragments[1].Exact == rest && claim.Attributes["quotation"] == "direct" && f.said(claim, "Trump")
}

func (f found) hasNested() bool {
	future := f.claim(`("Mr\. .*? advocate,")`)
	outer, _ := f.next(future, annotate.RoleWithin)
	imagined := f.claim(`Trump: (you know, Steve .*? approaches)\.`)
	around, _ := f.next(imagined, annotate.RoleWithin)
	return future.Attributes["modality"] == "future" && f.said(future, "Putin") && f.said(outer, "he") && outer.ID != "" &&
		imagined.Attributes["modality"] == "hypothetical" && f.said(imagined, "he") && f.said(around, "Witkoff") && around.ID != ""
}

func (f found) hasNoSingleWords() bool {
	for _, pattern := range []string{`inquired (whether it would be "useful" .*?)\. Witkoff`, `argued for (requesting "the maximum" .*?)\.\n`} {
		if f.claim(pattern).Attributes["quotation"] != "mixed" {
			return false
		}
	}
	return !slices.ContainsFunc(f.Annotations, func(one exportedAnnotation) bool {
		return one.Kind == annotate.Claim && slices.ContainsFunc(one.Fragments, func(part exportedFragment) bool {
			return slices.Contains([]string{"useful", "the maximum", "Steve"}, strings.Trim(part.Exact, `".`))
		})
	})
}

func (f found) hasDecisions() bool {
	count := map[annotate.ReviewState]int{}
	for _, one := range f.Annotations {
		if one.Review != nil {
			count[one.Review.State]++
		}
	}
	return maps.Equal(count, map[annotate.ReviewState]int{annotate.Approved: f.desk.claims - 1, annotate.Disputed: 1}) && len(f.Reviews) == f.desk.claims
}
