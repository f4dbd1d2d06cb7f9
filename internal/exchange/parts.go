package exchange

import "onrecord.dev/internal/annotate"

// partOf is the relation by which a further fragment is said to be of the
// annotation its first is of, in formats whose marks are one stretch each.
const partOf = "part_of"

// cut takes the marks of d apart into stretches for a format whose marks are
// one each, numbered from 0, and calls tied for each tie and for what belongs
// together. Marks without a fragment cannot be carried.
func cut(d document, stretch func(id int, m mark, f annotate.Fragment), tied func(from, to int, t tie)) {
	first, next := map[string]int{}, 0
	var together [][2]int
	for _, m := range d.marks {
		for i, f := range m.fragments {
			if i == 0 {
				first[m.id] = next
				stretch(next, m, f)
			} else {
				together = append(together, [2]int{next, first[m.id]})
				stretch(next, mark{label: m.label}, f)
			}
			next++
		}
	}
	for _, t := range d.ties {
		from, begins := first[t.from]
		to, ends := first[t.to]
		if begins && ends {
			tied(from, to, t)
		}
	}
	for _, t := range together {
		tied(t[0], t[1], tie{label: partOf})
	}
}

// parts puts together again what cut took apart.
type parts struct{ d *document }

func (p *parts) add(m mark) { p.d.marks = append(p.d.marks, m) }

// tie adds a tie, unless it says that something is part of another.
func (p *parts) tie(t tie) {
	if t.label != partOf {
		p.d.ties = append(p.d.ties, t)
		return
	}
	from, to := p.find(t.from), p.find(t.to)
	if from < 0 || to < 0 || from == to {
		return
	}
	part, whole := p.d.marks[from], &p.d.marks[to]
	whole.fragments = append(whole.fragments, part.fragments...)
	p.d.marks = append(p.d.marks[:from], p.d.marks[from+1:]...)
}

func (p *parts) find(id string) int {
	for i, m := range p.d.marks {
		if m.id == id {
			return i
		}
	}
	return -1
}
