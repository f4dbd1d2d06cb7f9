package ui

import "strconv"

// Chart shows numbers by steps, such as days.
type Chart struct {
	// Label says in a sentence what the picture shows.
	Label string
	// Steps are the names of the columns, from the oldest.
	Steps  []string
	Series []Series
	// Most is what the height stands for; the highest column if it is 0.
	Most int
}

// Series is what is counted by steps.
type Series struct {
	Name string
	// Tone is the class that colours it.
	Tone   string
	Values []int
}

// most is what the whole height of the picture stands for.
func (c Chart) most() int {
	most := max(1, c.Most)
	for i := range c.Steps {
		sum := 0
		for _, s := range c.Series {
			sum += s.Values[i]
		}
		most = max(most, sum)
	}
	return most
}

// block is a part of a column, in hundredths of the picture.
type block struct{ x, y, width, height string }

// block is where step i of series j stands: on the series before it.
func (c Chart) block(most, i, j int) block {
	below := 0
	for _, s := range c.Series[:j] {
		below += s.Values[i]
	}
	value := c.Series[j].Values[i]
	width := 100 / float64(len(c.Steps))
	high := func(n int) float64 { return 100 * float64(n) / float64(most) }
	return block{
		x: percent((float64(i) + 0.1) * width), width: percent(0.8 * width),
		y: percent(100 - high(below+value)), height: percent(high(value)),
	}
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) + "%" }

// ends names the first column, the one in the middle and the last.
func (c Chart) ends() []string {
	if len(c.Steps) < 3 {
		return c.Steps
	}
	return []string{c.Steps[0], c.Steps[len(c.Steps)/2], c.Steps[len(c.Steps)-1]}
}
