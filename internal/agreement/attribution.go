package agreement

import (
	"slices"

	"onrecord.dev/internal/annotate"
)

// MatchAttributions pairs the attributions of two analysts: two agree if their
// claims overlap by at least share of the longer one (see [Overlap]; the quote
// literature takes 0.3 and 0.8) and they have the same speaker (see
// [SameSpeaker]). A pair that does not agree but has both sides is a claim both
// have, said by somebody else. By [CountMatches] and [F1] this is the agreement
// on links.
func MatchAttributions(first, second []annotate.Attribution, share float64) []Pair[annotate.Attribution] {
	overlap := Overlap(share)
	claims := func(a, b annotate.Attribution) float64 { return overlap(a.Claim, b.Claim) }
	pairs := match(first, second, func(a, b annotate.Attribution) float64 {
		if !SameSpeaker(a, b) {
			return 0
		}
		return claims(a, b)
	}, claims)
	slices.SortStableFunc(pairs, func(p, q Pair[annotate.Attribution]) int {
		return p.either().Claim.Before(q.either().Claim)
	})
	return pairs
}

// SameSpeaker reports whether two attributions have a speaker in common, or
// neither has any. Two speakers are the same if they stand for the same entity.
// If either stands for none, they are the same if they overlap in the text, or if
// neither is in the text nor stands for anybody: not stated is the same as not
// stated.
func SameSpeaker(a, b annotate.Attribution) bool {
	if len(a.Speakers) == 0 && len(b.Speakers) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Speakers, func(x annotate.Annotation) bool {
		return slices.ContainsFunc(b.Speakers, func(y annotate.Annotation) bool { return sameSpeaker(x, y) })
	})
}

func sameSpeaker(a, b annotate.Annotation) bool {
	if a.Entity != "" && b.Entity != "" {
		return a.Entity == b.Entity
	}
	unstated := func(s annotate.Annotation) bool { return s.Entity == "" && len(s.Fragments) == 0 }
	return common(a, b) > 0 || unstated(a) && unstated(b)
}
