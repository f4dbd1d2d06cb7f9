// Package ui holds the parts that pages are made of. They know nothing of the
// domain: what they show are plain values.
package ui
