package annotate

import "time"

// Span is a stretch of time in equal steps.
type Span struct {
	Since time.Time
	Step  time.Duration
	Steps int
}

// NewSpan is the span of so many steps, of whole days each, that ends with the
// day of now. Days are those of UTC.
func NewSpan(now time.Time, days, steps int) Span {
	const day = 24 * time.Hour
	step := time.Duration(days) * day
	end := now.UTC().Truncate(day).Add(day)
	return Span{Since: end.Add(-step * time.Duration(steps)), Step: step, Steps: steps}
}

// At is when step i begins.
func (s Span) At(i int) time.Time { return s.Since.Add(s.Step * time.Duration(i)) }

// End is when the last step ends.
func (s Span) End() time.Time { return s.At(s.Steps) }

// Dashboard is how the work on a project goes. What it counts by steps has one
// number for each step of its span.
type Dashboard struct {
	Span     Span
	Articles ArticleCounts
	// States has how many claims were in each state at the end of each step.
	States map[ReviewState][]int
	// Activity has who tagged or decided within the span, the busiest first.
	Activity []Activity
	// Decided is how many claims had their first decision within the span, and
	// Waited the median time from being tagged until then.
	Decided int
	Waited  time.Duration
	// Oldest is when the claim was tagged that has been unreviewed for longest,
	// the zero time if none is.
	Oldest time.Time
}

// Activity is what one person did, by steps.
type Activity struct {
	Person  ID
	Name    string
	Tagged  []int // claims
	Decided []int // decisions, those that came with an import aside
}

// Total is the sum of what is counted by steps.
func Total(steps []int) (sum int) {
	for _, n := range steps {
		sum += n
	}
	return sum
}
