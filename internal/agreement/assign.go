package agreement

import (
	"container/heap"
	"math"
)

// edge is a column that a row may be matched with, and what that gains.
type edge struct {
	to   int
	gain float64
}

// assign matches rows with columns, each with one at most, so that the sum of
// what the matches gain is the greatest there is. It answers with the column of
// each row, or -1. Edges have a positive gain.
//
// It adds one row after the other by the shortest augmenting path (Jonker &
// Volgenant 1987, Computing 38, 325-340), where a row may also stay alone for
// nothing; so the search rarely leaves a row's neighbourhood.
func assign(edges [][]edge, columns int) []int {
	a := &assignment{
		edges: edges, row: make([]float64, len(edges)), column: make([]float64, columns),
		columnOf: make([]int, len(edges)), rowOf: make([]int, columns),
		distance: make([]float64, columns), from: make([]int, columns), settled: make([]bool, columns),
	}
	for j := range columns {
		a.rowOf[j], a.distance[j] = -1, math.Inf(1)
	}
	for i := range edges {
		a.columnOf[i] = -1
	}
	for i := range edges {
		a.insert(i)
	}
	return a.columnOf
}

// assignment is an optimal matching of the rows inserted so far. Costs are
// negative gains; row and column are the dual prices that prove it optimal.
type assignment struct {
	edges           [][]edge
	row, column     []float64
	columnOf, rowOf []int
	// distance and from are of the search under way: how far a column is, and
	// from which row. Neither changes once it is settled, whatever rounding says:
	// the ways back must not run in circles.
	distance []float64
	from     []int
	settled  []bool
	queue    distances
	touched  []int
}

// insert matches row i, or leaves whoever it is cheapest to leave alone.
func (a *assignment) insert(i int) {
	end, loser, length := a.search(i)
	for _, j := range a.touched {
		if a.settled[j] {
			more := max(0, length-a.distance[j])
			a.column[j] -= more
			a.row[a.rowOf[j]] += more
		}
		a.distance[j], a.settled[j] = math.Inf(1), false
	}
	a.touched = a.touched[:0]
	a.row[i] = length
	if end < 0 && loser != i {
		end, a.columnOf[loser] = a.columnOf[loser], -1
	}
	a.augment(i, end)
}

// search finds the shortest way from row i to a column without a row, or else
// (end is -1) to a row, the loser, that had better stay alone.
func (a *assignment) search(i int) (end, loser int, length float64) {
	end, loser, length = -1, i, 0
	a.queue = a.queue[:0]
	a.relax(i, 0)
	for len(a.queue) > 0 {
		next := heap.Pop(&a.queue).(reached) //nolint:errcheck // the queue holds nothing else
		switch {
		case a.settled[next.column]:
			continue
		case next.distance >= length:
			return end, loser, length
		case a.rowOf[next.column] < 0:
			return next.column, -1, next.distance
		}
		a.settled[next.column] = true
		over := a.rowOf[next.column]
		if alone := next.distance - a.row[over]; alone < length {
			loser, length = over, alone
		}
		a.relax(over, next.distance-a.row[over])
	}
	return end, loser, length
}

// relax goes on from row i, whose edges begin at distance.
func (a *assignment) relax(i int, distance float64) {
	for _, e := range a.edges[i] {
		d := distance - e.gain - a.column[e.to]
		if a.settled[e.to] || d >= a.distance[e.to] {
			continue
		}
		if math.IsInf(a.distance[e.to], 1) {
			a.touched = append(a.touched, e.to)
		}
		a.distance[e.to], a.from[e.to] = d, i
		heap.Push(&a.queue, reached{e.to, d})
	}
}

// augment turns the way from row i to column end into matches.
func (a *assignment) augment(i, end int) {
	for end >= 0 {
		row := a.from[end]
		before := a.columnOf[row]
		a.columnOf[row], a.rowOf[end] = end, row
		if row == i {
			return
		}
		end = before
	}
}

// reached is a column and how far away it was when it was found.
type reached struct {
	column   int
	distance float64
}

// distances is a heap of columns, the nearest first.
type distances []reached

func (d distances) Len() int           { return len(d) }
func (d distances) Less(i, j int) bool { return d[i].distance < d[j].distance }
func (d distances) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push is for the heap.
func (d *distances) Push(x any) {
	*d = append(*d, x.(reached)) //nolint:errcheck // as above
}

// Pop is for the heap.
func (d *distances) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
