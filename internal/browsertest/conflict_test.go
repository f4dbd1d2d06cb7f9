package browsertest

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"onrecord.dev/internal/annotate"
)

// networkConditions is the command with what some Chromium asks for besides:
// 148 takes offline beside the conditions, 156 within them.
var networkConditions = cdp.Command[networkConditionsParams, network.EmulateNetworkConditionsByRuleResult]{
	Method: network.CommandEmulateNetworkConditionsByRule,
}

type networkConditionsParams struct {
	network.EmulateNetworkConditionsByRuleParams
	Offline bool `json:"offline"`
}

// offline cuts the person's browser off from the network, or joins it again.
func (p *person) offline(off bool) {
	p.tb.Helper()
	conditions := []*network.Conditions{}
	if off {
		conditions = append(conditions, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	call(p, networkConditions, networkConditionsParams{
		EmulateNetworkConditionsByRuleParams: network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions}, Offline: off,
	})
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
}

// Two people change one claim, neither knowing of the other. Whoever comes
// second is shown both versions and chooses; what was not in dispute stays.
func TestWhoComesSecondChoosesBetweenBothVersions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		choice    string
		quotation string
	}{
		"keep mine":   {"Keep mine", "direct"},
		"keep theirs": {"Keep theirs", "mixed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n := atWork(t, ferryRow)
			n.disagree()
			n.rolf.until("both versions", `(() => {
				const rows = [...document.querySelectorAll("#held tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))
				return rows.length === 1 && rows[0].join("|") === "Quotation|Direct|Mixed"
			})()`)
			n.rolf.says("Ana Analyst changed this while you did.", "1 to decide", "One later change of yours waits with it.")
			n.isStored("Ana's answer, and what Rolf tagged besides", "mixed", false)
			n.rolf.bench(n.project, n.article) // leaving decides nothing
			n.rolf.says("Ana Analyst changed this while you did.", "1 to decide", "One later change of yours waits with it.")

			n.rolf.click("#held button", test.choice)
			n.isStored(name, test.quotation, true)
			n.rolf.saving("Saved")
			n.rolf.until("nothing more to decide", `document.querySelector("#held").childElementCount === 0`)
			n.ana.until("the same on Ana's page", `[...document.querySelectorAll("#cards .card")].some((c) => c.textContent.includes("The mayor"))`)
			n.showsAnswer(n.ana, test.quotation)
			n.showsAnswer(n.rolf, test.quotation)
		})
	}
}

// disagree has Ana and Rolf answer the same question about a claim in two
// ways. Rolf, whose network is down, tags the claim's speaker and another
// claim as well; Ana also moves where the claim ends.
func (n *newsroom) disagree() {
	n.ana.tb.Helper()
	n.drag(n.ana, sails)
	n.ana.press("c")
	n.has("the claim", func(a article) bool { return len(a.Annotations) == 1 })
	n.rolf.until("the claim", `CSS.highlights.get("kind-claim")?.size === 1`)

	n.rolf.bears("ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|status of 409")
	n.rolf.offline(true)
	n.focus(n.rolf, sails)
	n.rolf.unfold("Coding")
	n.rolf.click(`fieldset[data-attribute="quotation"] label`, "Direct")
	n.drag(n.rolf, "The mayor")
	n.rolf.press("S")
	n.drag(n.rolf, unsure)
	n.rolf.press("c")
	n.rolf.saving("Offline, 3 waiting")

	n.focus(n.ana, sails)
	n.ana.unfold("Coding")
	n.ana.click(`fieldset[data-attribute="quotation"] label`, "Mixed")
	n.has("Ana's answer", func(a article) bool {
		return a.find(n.ana.tb, annotate.Claim, sails).Attributes["quotation"] == "mixed"
	})
	n.focus(n.ana, sails)
	n.ana.press("Alt+ArrowRight")
	n.has("a longer claim", func(a article) bool { return a.has(annotate.Claim, sails+",") })
	n.rolf.offline(false)
}

// isStored waits until the claim has an answer, and the speaker if it is said
// to be linked; Ana's boundary and Rolf's other claim are there in any case.
func (n *newsroom) isStored(what, quotation string, linked bool) {
	n.ana.tb.Helper()
	n.has(what, func(a article) bool {
		claim := a.find(n.ana.tb, annotate.Claim, sails+",")
		speakers := a.linked(claim, annotate.RoleSpeaker)
		return claim.Attributes["quotation"] == quotation && a.has(annotate.Claim, unsure) &&
			(!linked && len(speakers) == 0 || linked && slices.Equal(speakers, []string{"The mayor"}))
	})
}

// showsAnswer waits until the claim's card shows the answer.
func (n *newsroom) showsAnswer(p *person, quotation string) {
	p.tb.Helper()
	n.focus(p, sails)
	p.unfold("Coding")
	p.until("the answer "+quotation, `document.querySelector('fieldset[data-attribute="quotation"] input:checked')?.value === args[0]`, quotation)
}
