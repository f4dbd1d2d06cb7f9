package exchange

import (
	"io"
	"strconv"
	"time"

	"onrecord.dev/internal/annotate"
)

// claimReviewFormat is schema.org's ClaimReview, a list in JSON-LD: one for
// each claim that has been checked.
var claimReviewFormat = Format{
	Name: "claimreview", Title: "schema.org ClaimReview", Suffix: ".jsonld", MediaType: "application/ld+json", write: writeClaimReviews,
}

// ratings are verdicts on a scale from 1, false, to 5, true. What cannot be
// verified has none.
var ratings = map[string]int{"true": 5, "mostly_true": 4, "mixed": 3, "misleading": 2, "mostly_false": 2, "false": 1}

type claimReviewJSON struct {
	Context       string      `json:"@context"`
	Type          string      `json:"@type"`
	ID            string      `json:"@id"`
	URL           string      `json:"url,omitempty"`
	ClaimReviewed string      `json:"claimReviewed"`
	DatePublished string      `json:"datePublished"`
	Author        thingJSON   `json:"author"`
	ReviewRating  ratingJSON  `json:"reviewRating"`
	ItemReviewed  claimLDJSON `json:"itemReviewed"`
}

type thingJSON struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type ratingJSON struct {
	Type          string `json:"@type"`
	AlternateName string `json:"alternateName"`
	RatingValue   string `json:"ratingValue,omitempty"`
	BestRating    string `json:"bestRating,omitempty"`
	WorstRating   string `json:"worstRating,omitempty"`
}

type claimLDJSON struct {
	Type          string       `json:"@type"`
	Text          string       `json:"text"`
	Author        []thingJSON  `json:"author,omitempty"`
	DatePublished string       `json:"datePublished,omitempty"`
	Appearance    appearanceLD `json:"appearance"`
}

type appearanceLD struct {
	Type      string     `json:"@type"`
	URL       string     `json:"url,omitempty"`
	Headline  string     `json:"headline"`
	Publisher *thingJSON `json:"publisher,omitempty"`
}

func writeClaimReviews(w io.Writer, c annotate.Corpus, _ time.Time) error {
	names, err := entitiesByID(c)
	if err != nil {
		return err
	}
	verdicts, _ := c.Codebook.Attribute("verdict") // without it no claim has one
	separator := "["
	for d, err := range c.Articles {
		if err != nil {
			return err
		}
		t := table{names: names, text: annotate.NewText(d.Revision.Text)}
		links := annotate.NewAttributions(d.Annotations, d.Links)
		for _, a := range d.Annotations {
			verdict, _ := a.Attributes["verdict"].(string)
			if a.Kind != annotate.Claim || verdict == "" || verdict == "not_checked" {
				continue
			}
			if _, err := io.WriteString(w, separator+"\n"); err != nil {
				return err
			}
			separator = ","
			j := claimReviewOf(d, links.Of(a), verdict, t)
			j.Author = thingJSON{"Organization", c.Origin.Name}
			for _, v := range verdicts.Values {
				if v.Value == verdict {
					j.ReviewRating.AlternateName = v.Label
				}
			}
			if err := writeValue(w, j, false); err != nil {
				return err
			}
		}
	}
	if separator == "[" {
		_, err = io.WriteString(w, "[]\n")
		return err
	}
	_, err = io.WriteString(w, "]\n")
	return err
}

func claimReviewOf(d annotate.AnnotatedArticle, of annotate.Attribution, verdict string, t table) claimReviewJSON {
	j := claimReviewJSON{
		Context: "https://schema.org", Type: "ClaimReview", ID: "urn:uuid:" + string(of.Claim.ID), URL: d.Article.URL,
		ClaimReviewed: t.quote(of.Claim), DatePublished: of.Claim.UpdatedAt.UTC().Format(time.DateOnly),
		ReviewRating: ratingJSON{Type: "Rating", AlternateName: verdict},
		ItemReviewed: claimLDJSON{
			Type: "Claim", Text: t.quote(of.Claim), DatePublished: d.Article.DatePublished,
			Appearance: appearanceLD{Type: "NewsArticle", URL: d.Article.URL, Headline: d.Article.Headline},
		},
	}
	if n, rated := ratings[verdict]; rated {
		j.ReviewRating.RatingValue, j.ReviewRating.BestRating, j.ReviewRating.WorstRating = strconv.Itoa(n), "5", "1"
	}
	if d.Article.Publisher != "" {
		j.ItemReviewed.Appearance.Publisher = &thingJSON{"Organization", d.Article.Publisher}
	}
	for _, s := range of.Speakers {
		kind := "Person"
		if e, ok := t.names[s.Entity]; ok && e.Type != annotate.Person {
			kind = "Organization"
		}
		j.ItemReviewed.Author = append(j.ItemReviewed.Author, thingJSON{kind, t.name(s)})
	}
	return j
}
