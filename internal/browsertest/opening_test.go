package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/network"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// The page brings the tags of its opening: they show even if the annotations
// cannot be read.
func TestTheOpeningIsPaintedBeforeTheAnnotationsAreRead(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("opening", "Opening")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	id := a.article(project, ana.id, grainTalks)
	start, end := span(t, grainTalks, "Zelensky")
	speaker := annotate.Annotation{ID: store.NewID(), Kind: annotate.Speaker, Fragments: []annotate.Fragment{{Start: start, End: end}}}
	body := map[string]any{"id": store.NewID(), "operations": annotate.Records([]annotate.Operation{{Op: annotate.Put, Annotation: &speaker}})}
	article := "/projects/" + project.Slug + "/articles/" + string(id)
	if status := ana.api(http.MethodPost, article+"/changes", body, nil); status != http.StatusOK {
		t.Fatalf("tag: %d", status)
	}

	ana.bears("Failed to load resource|net::ERR_BLOCKED_BY_CLIENT|Failed to fetch")
	call(ana, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/api/v1" + article, Block: true}}})
	ana.open(article)
	ana.says("The tags could not be read.")
	painted := run[string](ana, `() => [...CSS.highlights.get("kind-speaker") ?? []].map((range) => {
		const live = document.createRange()
		live.setStart(range.startContainer, range.startOffset)
		live.setEnd(range.endContainer, range.endOffset)
		return live.toString()
	}).join()`)
	if painted != "Zelensky" {
		t.Errorf("the first frame has %q painted, want Zelensky", painted)
	}
}
