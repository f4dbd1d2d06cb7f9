package exchange

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"strings"
)

// lines are the lines of a file by their number, from 1, without what ends
// them. A carriage return before that belongs to it, and a byte order mark to
// nothing.
func lines(r io.Reader, fault *error) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		b := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			line, err := b.ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				*fault = err
				return
			}
			if line == "" && err != nil {
				return
			}
			if n == 1 {
				line = strings.TrimPrefix(line, "\ufeff")
			}
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			if !yield(n, line) || err != nil {
				return
			}
		}
	}
}
