package find

import "math/bits"

// Grams are the sequences of three bytes that stand in a text as it is
// searched, each once, as numbers of 16 bits of which several may share one. A
// text that words stand in has all of the [Words.Grams], so an index of them
// tells which texts are worth looking through.
//
// They are stored. Whoever changes how texts are searched has to have
// those that are there made anew: a migration sets revisions.grams to NULL.
func Grams(text string) []int16 { return gramsOf(fold(text)) }

// Grams are those that every text has in which w stands; there are none where w
// is too short for any.
func (w Words) Grams() []int16 { return gramsOf(w.folded) }

func gramsOf(folded string) []int16 {
	var there [1 << 16 / 64]uint64
	n := 0
	for i := 2; i < len(folded); i++ {
		gram := hash(folded[i-2], folded[i-1], folded[i])
		if there[gram/64]&(1<<(gram%64)) == 0 {
			there[gram/64] |= 1 << (gram % 64)
			n++
		}
	}
	grams := make([]int16, 0, n)
	for word, set := range there {
		for ; set != 0; set &= set - 1 {
			grams = append(grams, int16(word*64+bits.TrailingZeros64(set))) //nolint:gosec // 16 bits are 16 bits, whatever their sign
		}
	}
	return grams
}

// hash makes 16 bits of three bytes, which texts use very unevenly.
func hash(a, b, c byte) uint16 {
	return uint16((uint32(a)<<16 | uint32(b)<<8 | uint32(c)) * 2654435761 >> 16)
}
