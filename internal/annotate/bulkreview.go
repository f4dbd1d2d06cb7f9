package annotate

import "errors"

// ErrDecidedAlready is the refusal to decide once more what one has decided.
var ErrDecidedAlready = errors.New("decided already")

// Decided reports whether who's last word on the claim as it is, is d.
func (s Standing) Decided(who ID, d Decision) bool {
	last := Decision("")
	for _, r := range s.Reviews {
		if r.Reviewer == who && r.Version == s.Claim.Version {
			last = r.Decision
		}
	}
	return last == d
}

// DecideAnew is [Review.Decide] where one decision is made on many claims: it
// refuses with [ErrDecidedAlready] what its maker has decided so already, so
// that asking twice does nothing the second time.
func (r Review) DecideAnew(s Standing, rules Rules) (Verdict, error) {
	v, err := r.Decide(s, rules)
	if err == nil && s.Decided(r.Reviewer, r.Decision) {
		return Verdict{}, ErrDecidedAlready
	}
	return v, err
}

// Refusal says in words why a claim was left out, and nothing of what is no
// refusal of one claim.
func Refusal(err error) (words string, ok bool) {
	if _, changed := errors.AsType[ClaimChanged](err); changed {
		return "It has changed since you looked.", true
	}
	switch {
	case errors.Is(err, ErrOwnClaim):
		return "You tagged or last changed this claim or what it leads to, so somebody else has to approve it.", true
	case errors.Is(err, ErrDecidedAlready):
		return "You have decided so already.", true
	case errors.Is(err, ErrNotFound):
		return "It has been deleted.", true
	}
	return "", false
}

// Standings are claims as a decision finds them, by id. Annotations and links
// are what any of them lead to; reviews are in the order they were made in.
func Standings(claims, annotations []Annotation, links []Link, reviews []Review) map[ID]Standing {
	byID := make(map[ID]Annotation, len(annotations))
	for _, a := range annotations {
		byID[a.ID] = a
	}
	from := map[ID][]Link{}
	for _, l := range links {
		from[l.From] = append(from[l.From], l)
	}
	decided := ReviewsByClaim(reviews)
	standings := make(map[ID]Standing, len(claims))
	for _, c := range claims {
		s := Standing{Claim: c, Reviews: decided[c.ID]}
		seen := map[ID]bool{}
		for next := []ID{c.ID}; len(next) > 0; next = next[1:] {
			id := next[0]
			if seen[id] {
				continue
			}
			seen[id] = true
			if a, ok := byID[id]; ok {
				s.Annotations = append(s.Annotations, a)
			}
			for _, l := range from[id] {
				s.Links = append(s.Links, l)
				next = append(next, l.To)
			}
		}
		standings[c.ID] = s
	}
	return standings
}

// ManyDecided is what one decision on many claims does to one of them, or
// would.
type ManyDecided struct {
	Claim   ID
	Version int
	// Refused says why nothing is decided on it, and is empty if something is.
	Refused string
	// State is where it stands afterwards, with Approvals that count.
	State     ReviewState
	Approvals int
}
