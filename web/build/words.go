package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// buildWords writes, for each language, the script by which the others know
// what they say in it.
func buildWords(dir, out string) error {
	folders, err := filepath.Glob(filepath.Join(dir, "language", "*", "scripts"))
	if err != nil {
		return fmt.Errorf("look for languages: %w", err)
	}
	for _, folder := range folders {
		words, err := wordsIn(folder)
		if err != nil {
			return err
		}
		script, err := json.Marshal(words)
		if err != nil {
			return fmt.Errorf("write the words of %s: %w", folder, err)
		}
		name := filepath.Join(out, "language", filepath.Base(filepath.Dir(folder))+".js")
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			return fmt.Errorf("make room for words: %w", err)
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, "globalThis.words=%s;\n", script), 0o600); err != nil {
			return fmt.Errorf("write the words of %s: %w", folder, err)
		}
	}
	return nil
}

// wordsIn are the texts of all files of a folder by their keys.
func wordsIn(folder string) (map[string]any, error) {
	files := os.DirFS(folder)
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("look for words: %w", err)
	}
	words := map[string]any{}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		if err := json.Unmarshal(content, &words); err != nil {
			return nil, fmt.Errorf("read the words in %s: %w", name, err)
		}
	}
	return words, nil
}
