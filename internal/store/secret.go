package store

import (
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
)

// Secret is what somebody shows to be let in: a session's cookie, an API
// token, an invitation or a set-up link. The database keeps only its hash, so
// each can be read once, when it is made.
type Secret string

// apiTokenPrefix makes API tokens recognisable, to people and to the programs
// that look for leaked secrets.
const apiTokenPrefix = "onrecord_"

// newSecret makes a secret of 130 random bits. That many cannot be guessed, so
// a fast hash without salt is enough for them.
func newSecret() Secret { return Secret(rand.Text()) }

func (s Secret) hash() []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// LogValue keeps secrets out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("secret") }
