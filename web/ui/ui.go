// Package ui holds the parts that pages are made of. They know nothing of the
// domain: what they show are plain values.
package ui

import (
	"hash/fnv"
	"strings"
	"time"
	"unicode"
)

// Tone is what a badge's colour says. Its icon and its word say the same.
type Tone string

// The tones of a badge.
const (
	Plain Tone = "plain" // says nothing
	Open  Tone = "open"  // waits for something
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Info  Tone = "info"
)

// initials are the first letters of a name's first and last word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' })
	var letters []rune
	for i, word := range words {
		if i == 0 || i == len(words)-1 {
			letters = append(letters, []rune(word)[0])
		}
	}
	return strings.ToUpper(string(letters))
}

// avatarColors are named as in tokens.css.
var avatarColors = []string{"amber", "blue", "green", "violet", "rose", "teal", "orange", "slate"}

// avatarColor is always the same for a name.
func avatarColor(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return "color-" + avatarColors[int(h.Sum(nil)[3])%len(avatarColors)]
}

// machineTime is t for the attribute datetime.
func machineTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
