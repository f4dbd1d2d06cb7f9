// Package migrations holds the schema as golang-migrate files, embedded so
// that the program carries its own.
package migrations

import "embed"

// FS holds the NNNNNN_what.up.sql and .down.sql files.
//
//go:embed *.sql
var FS embed.FS
