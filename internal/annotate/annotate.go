// Package annotate is the domain: articles, annotations and the links between
// them that record who said what, according to whom, and the rules by which
// they change. It reads no clock, makes no identifiers and does no I/O; time
// and identity are arguments.
//
// Offsets are Unicode code points and ranges are half-open everywhere.
package annotate

import "strings"

// ID is a UUID in its canonical lower-case form. New ones are version 7, made
// by the server or by a client.
type ID string

// ParseID reads a UUID in its 36-character form, in either case. It refuses
// anything else with [ErrNotFound]: an address that is no UUID names nothing.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return "", ErrNotFound
	}
	for i, r := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return "", ErrNotFound
			}
		default:
			if !isHex(r) {
				return "", ErrNotFound
			}
		}
	}
	return ID(strings.ToLower(s)), nil
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}
