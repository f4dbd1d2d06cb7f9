package language_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// key is a text that the program says somewhere.
type key struct {
	text   string // as the catalogue has it
	one    string // the English for one, where a number chooses the form
	plural bool
	script bool
	where  string // file:line
}

// repository is the top of the work tree.
const repository = "../.."

// keysOf are all texts that pages and scripts say, in the order of the files.
func keysOf(tb testing.TB) []key {
	tb.Helper()
	var keys []key
	for _, file := range sources(tb, ".go") {
		found, err := goKeys(file)
		if err != nil {
			tb.Error(err)
		}
		keys = append(keys, found...)
	}
	for _, file := range sources(tb, ".ts") {
		found, err := scriptKeys(file)
		if err != nil {
			tb.Error(err)
		}
		keys = append(keys, found...)
	}
	return keys
}

// sources are the files of what people read, tests apart. Templates are read
// as the Go they become.
func sources(tb testing.TB, ext string) []string {
	tb.Helper()
	return filesIn(tb, ext, "web", "internal/http", "internal/annotate")
}

func goFiles(tb testing.TB, folders ...string) []string {
	tb.Helper()
	return filesIn(tb, ".go", folders...)
}

func filesIn(tb testing.TB, ext string, folders ...string) []string {
	tb.Helper()
	var files []string
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(repository, folder), func(path string, d fs.DirEntry, err error) error {
			name := d.Name()
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"node_modules", "dist", "build"}, name):
				return filepath.SkipDir
			case strings.HasSuffix(name, ext) && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".test.ts") && !strings.HasSuffix(name, ".d.ts"):
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return files
}

// goKeys are the texts of calls such as f.T("Sign in").
func goKeys(file string) ([]key, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var keys []key
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		where := strings.TrimPrefix(set.Position(call.Pos()).String(), repository+"/")
		k, isCall := keyOfCall(called(call), literals(call.Args))
		if isCall && k.text != "" {
			k.where = where
			keys = append(keys, k)
		}
		return true
	})
	return keys, nil
}

// called is the name of what is called: T for f.T, say for say.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// literals are the arguments that are string literals; others are empty.
func literals(args []ast.Expr) []string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = literal(arg)
	}
	return texts
}

func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value) // "" for a number
		return text
	case *ast.BinaryExpr:
		if a, b := literal(e.X), literal(e.Y); a != "" && b != "" {
			return a + b
		}
	}
	return ""
}

// keyOfCall is the text that a call of that name says, and whether such calls
// say any. Scripts have the same names in lower case.
func keyOfCall(name string, args []string) (key, bool) {
	at := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch name {
	case "T", "HTML", "say", "Key", "t", "key":
		return key{text: at(0)}, true
	case "newProblem":
		return key{text: at(2)}, true
	case "C", "c":
		if at(1) == "" {
			return key{}, true
		}
		return key{text: at(0) + "|" + at(1)}, true
	case "N", "NHTML", "n":
		return key{text: at(2), one: at(1), plural: true}, true
	}
	return key{}, false
}

// scriptKeys are the texts of calls such as t("Saved").
func scriptKeys(file string) ([]key, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	words, err := wordsOfScript(string(source))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var keys []key
	for i, w := range words {
		called := w.kind == name && i+1 < len(words) && words[i+1].text == "(" && (i == 0 || words[i-1].text != "." && words[i-1].text != "function")
		if !called || !slices.Contains([]string{"t", "n", "c", "key"}, w.text) {
			continue
		}
		if k, ok := keyOfCall(w.text, argumentsOf(words[i+2:])); ok && k.text != "" {
			k.script, k.where = true, fmt.Sprintf("%s:%d", strings.TrimPrefix(file, repository+"/"), w.line)
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// argumentsOf are the arguments of a call, from after its parenthesis: those
// that are string literals, or several of them added; others are empty.
func argumentsOf(words []scriptWord) []string {
	args, depth, plain := []string{""}, 0, true
	for _, w := range words {
		switch {
		case depth == 0 && (w.text == ")" && w.kind == sign):
			return args
		case depth == 0 && w.text == "," && w.kind == sign:
			args, plain = append(args, ""), true
		case w.kind == sign && strings.ContainsAny(w.text, "([{"):
			depth++
			args[len(args)-1], plain = "", false
		case w.kind == sign && strings.ContainsAny(w.text, ")]}"):
			depth--
		case depth == 0 && w.kind == text && plain:
			args[len(args)-1] += w.text
		case depth == 0 && w.text == "+" && w.kind == sign:
		case depth == 0:
			args[len(args)-1], plain = "", false
		}
	}
	return args
}
