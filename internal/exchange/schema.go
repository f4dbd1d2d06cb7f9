package exchange

import _ "embed" // for the schema

// Schema is the JSON Schema (2020-12) of our own formats, as it is published.
//
//go:embed export-1.schema.json
var Schema []byte

// Example is an article as an export has it, spread over lines for people.
//
//go:embed example.json
var Example []byte
