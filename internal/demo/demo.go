// Package demo is a project to look around in: news that never happened, by
// outlets that do not exist, about people nobody has met, tagged and reviewed
// the way a team would leave it in the middle of its work.
//
// One article is left for whoever looks around to tag, and one is done with.
//
// The articles are in content, one file each, in a markup that is pleasant to
// write and to check: see [parseStory]. Nothing here touches a database; who
// loads a project plays its steps through the store, as people would.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"path"

	"onrecord.dev/internal/annotate"
)

//go:embed content/*.txt
var content embed.FS

// Project is the demonstration project.
type Project struct {
	Slug string
	Name string
	// People are one for each role, by whom everything is done.
	People []Person
	// Entities are everyone and everything the articles speak of.
	Entities []annotate.Entity
	Stories  []Story
}

// Person is somebody who works in the project. There is one for each role,
// which therefore stands for them in a [Story].
type Person struct {
	Role  annotate.Role
	Name  string
	Email string // of a domain that cannot exist
}

// Story is an article and what was done to it.
type Story struct {
	Article annotate.Article
	AddedBy annotate.Role
	Text    string
	Steps   []Step
}

// Step is one thing that somebody did; one of the last three is set. What it
// puts names no version: that depends on what was done before.
type Step struct {
	By         annotate.Role
	Operations []annotate.Operation
	Review     *annotate.Review // but for its version, reviewer and time
	Comment    *annotate.Comment
}

// New makes the project, with ids of its own each time.
func New(newID func() annotate.ID) (*Project, error) {
	p := &Project{
		Slug: "demo",
		Name: "The Harbour Papers",
		People: []Person{
			{annotate.Analyst, "Noor Castellan", "analyst@demo.example"},
			{annotate.Reviewer, "Edvin Hartwell", "reviewer@demo.example"},
			{annotate.Manager, "Solange Abara", "manager@demo.example"},
			{annotate.Viewer, "Kit Marlowe-Ito", "viewer@demo.example"},
		},
	}
	cast, err := content.ReadFile("content/cast.txt")
	if err != nil {
		return nil, err
	}
	if p.Entities, err = parseCast(string(cast), newID); err != nil {
		return nil, fmt.Errorf("cast.txt, %w", err)
	}
	files, err := fs.Glob(content, "content/[0-9]*.txt")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := content.ReadFile(file)
		if err != nil {
			return nil, err
		}
		story, err := parseStory(string(text), p.Entities, newID)
		if err != nil {
			return nil, fmt.Errorf("%s, %w", path.Base(file), err)
		}
		p.Stories = append(p.Stories, story)
	}
	return p, nil
}
