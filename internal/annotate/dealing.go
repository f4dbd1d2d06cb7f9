package annotate

import (
	"cmp"
	"maps"
	"slices"
)

// Dealing says how articles are dealt out to analysts.
type Dealing struct {
	Articles []ID
	Analysts []ID
	// Each is how many analysts each article is to have, those who have it
	// already counted.
	Each int
	// Has are the analysts that articles have already.
	Has map[ID][]ID
	// Load is how many articles each analyst has to do already.
	Load map[ID]int
}

// All gives each article to each of the analysts, but for those who have it.
func (d Dealing) All() []Assignment {
	var dealt []Assignment
	for _, article := range d.Articles {
		for _, analyst := range d.Analysts {
			if !slices.Contains(d.Has[article], analyst) {
				dealt = append(dealt, Assignment{Article: article, Analyst: analyst})
			}
		}
	}
	return dealt
}

// Even deals the articles out in their order, each to the analysts who have
// least to do, and among these to those who have met least often: so that there
// is something to compare for every pair.
func (d Dealing) Even() []Assignment {
	return d.deal(d.Articles, func(analysts []ID) []ID { return analysts })
}

// Random does the same in an order that chance gives, and leaves to it what is
// as good. Shuffle is [math/rand/v2.Rand.Shuffle]: the same seed deals the same.
func (d Dealing) Random(shuffle func(n int, swap func(i, j int))) []Assignment {
	shuffled := func(list []ID) []ID {
		list = slices.Clone(list)
		shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	}
	return d.deal(shuffled(d.Articles), shuffled)
}

// deal deals articles out in their order; of analysts who are equally good,
// order tells which comes first.
func (d Dealing) deal(articles []ID, order func([]ID) []ID) []Assignment {
	var dealt []Assignment
	load, met := map[ID]int{}, map[[2]ID]int{}
	maps.Copy(load, d.Load)
	for _, article := range articles {
		on := slices.Clone(d.Has[article])
		for candidates := order(d.Analysts); len(on) < d.Each; {
			free := slices.DeleteFunc(slices.Clone(candidates), func(a ID) bool { return slices.Contains(on, a) })
			if len(free) == 0 {
				break
			}
			meetings := func(a ID) (n int) {
				for _, other := range on {
					n += met[[2]ID{a, other}]
				}
				return n
			}
			next := slices.MinFunc(free, func(a, b ID) int { return cmp.Or(load[a]-load[b], meetings(a)-meetings(b)) })
			for _, other := range on {
				met[[2]ID{next, other}]++
				met[[2]ID{other, next}]++
			}
			on = append(on, next)
			load[next]++
			dealt = append(dealt, Assignment{Article: article, Analyst: next})
		}
	}
	return dealt
}
