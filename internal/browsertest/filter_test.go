package browsertest

import (
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// painted is how many stretches of the text are painted as a kind.
const painted = `[...CSS.highlights].filter(([name]) => name === "kind-" + args[0] || name === "inner-" + args[0]).reduce((n, [, h]) => n + h.size, 0)`

func TestWhatIsHiddenIsHiddenEverywhereAndStaysSo(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("filter", "Filter")
	ana, ben := a.member(project, annotate.Reviewer, "Ana Analyst"), a.member(project, annotate.Analyst, "Ben Analyst")
	id := a.article(project, ana.id, bridgeNotes)
	approved := ben.tags(project, id, annotate.Claim, "The bridge will open in May")
	speaker := ben.tags(project, id, annotate.Speaker, "Ana Ruiz")
	ana.tags(project, id, annotate.Claim, "Nobody from the council was asked about it")
	ben.changes(project, id, annotate.OperationRecord{Op: annotate.Put, Link: &annotate.LinkRecord{
		ID: store.NewID(), From: approved, To: speaker, Role: annotate.RoleSpeaker, Attributes: annotate.Attributes{},
	}})
	body := map[string]any{"decision": "approve", "version": 2}
	if status := ana.api("POST", "/projects/filter/claims/"+string(approved)+"/reviews", body, nil); status != 201 {
		t.Fatalf("approve: %d", status)
	}

	ana.bench(project, id)
	ana.until("all of it", painted+` === 2 && document.querySelectorAll("#cards .card").length === 2`, "claim")
	ana.click("#filter summary")
	ana.until("how many there are", `[...document.querySelectorAll("#filter label")].map((l) => l.textContent).join() === "Unreviewed1,Approved1,Disputed0,Rejected0,Changes requested0,Ben Analyst2,You1"`)
	ana.click("#filter-states label", "Approved")
	ana.until("the approved claim gone", painted+` === 1 && document.querySelectorAll("#cards .card").length === 1`, "claim")
	ana.until("its speaker gone with it", painted+` === 0`, "speaker")
	ana.says("2 hidden")
	ana.press("Escape", ".")
	ana.until("the only claim focused", `document.querySelector('#cards .card[data-form="open"]')?.textContent.includes("Nobody from the council")`)
	ana.press(".")
	ana.until("no other to go to", `document.querySelector("#announcements").textContent.startsWith("No further")`)

	ana.bench(project, id)
	ana.until("hidden still", painted+` === 1`, "claim")
	ana.says("2 hidden")
	ana.click("#filter summary")
	ana.click("#filter-clear")
	ana.until("all of it again", painted+` === 2`, "claim")
	ana.click("#filter-authors label", "Ben Analyst")
	ana.until("one's own alone", painted+` === 1`, "claim")
	ana.click("#filter-clear")
	ana.press("Escape")
	ana.click("#legend button", "Claim")
	ana.until("no claims", painted+` === 0 && document.querySelectorAll("#cards .card").length === 0`, "claim")
	ana.until("speakers still", painted+` === 1`, "speaker")

	ben.bench(project, id)
	ben.until("nothing hidden for somebody else", painted+` === 2`, "claim")
}
