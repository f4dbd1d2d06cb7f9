package localdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version of PostgreSQL that will do: multiranges
// need 14, the way tests copy databases 15.
const oldest = 15

const remedy = "set DATABASE_URL, or install PostgreSQL 15 or later " +
	"(Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; " +
	"Alpine: apk add postgresql; macOS: brew install postgresql)"

// binaries is a directory with PostgreSQL's programs.
type binaries struct {
	dir   string
	major int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

func (b binaries) String() string { return fmt.Sprintf("%d in %s", b.major, b.dir) }

// binariesFor picks the programs for data of the given major version, 0 for
// data yet to be made.
func binariesFor(ctx context.Context, major int, data string) (binaries, error) {
	found, err := installed(ctx)
	if err != nil || major == 0 {
		return first(found), err
	}
	for _, b := range found {
		if b.major == major {
			return b, nil
		}
	}
	return binaries{}, fmt.Errorf("the data in %s belongs to PostgreSQL %d, and this machine has PostgreSQL %s; "+
		"install postgresql-%d, or set ONRECORD_PG_BIN to the directory of its programs", data, major, join(found), major)
}

func first(found []binaries) binaries {
	if len(found) == 0 {
		return binaries{}
	}
	return found[0]
}

func join(found []binaries) string {
	var words []string
	for _, b := range found {
		words = append(words, b.String())
	}
	return strings.Join(words, ", ")
}

// installed lists the usable PostgreSQLs of this machine, the one to prefer
// first. ONRECORD_PG_BIN, when set, is the only place to look.
func installed(ctx context.Context) ([]binaries, error) {
	var found []binaries
	var tooOld []binaries
	for _, dir := range candidates() {
		b, err := inspect(ctx, dir)
		switch {
		case err != nil:
		case b.major < oldest:
			tooOld = append(tooOld, b)
		case !slices.Contains(found, b):
			found = append(found, b)
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case os.Getenv("ONRECORD_PG_BIN") != "":
		return nil, fmt.Errorf("no PostgreSQL here: ONRECORD_PG_BIN is %s, which has no working initdb and postgres of version %d or later",
			os.Getenv("ONRECORD_PG_BIN"), oldest)
	case len(tooOld) > 0:
		return nil, fmt.Errorf("no PostgreSQL here that would do, only %s: %s", join(tooOld), remedy)
	}
	return nil, errors.New("no PostgreSQL here: " + remedy)
}

// candidates lists the directories that may hold PostgreSQL's programs.
func candidates() []string {
	if dir := os.Getenv("ONRECORD_PG_BIN"); dir != "" {
		return []string{dir}
	}
	var dirs []string
	if dir := unpacked(); dir != "" {
		dirs = append(dirs, dir)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// Often a link; initdb lies where it leads.
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return append(dirs, newestFirst("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")...)
}

// unpackedVariable tells a keeper, which has no working directory to speak of,
// what unpacked returned to the process that started it.
const unpackedVariable = "ONRECORD_PG_UNPACKED"

// unpacked is where `make` puts a PostgreSQL of its own on a machine where it
// may not install one: beside the go.mod at or above the working directory.
func unpacked() string {
	if dir, known := os.LookupEnv(unpackedVariable); known {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".tools", "postgresql", "bin")
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

var digits = regexp.MustCompile(`\d+`)

// newestFirst expands the patterns and sorts by the first number in the path.
func newestFirst(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern) // fails on bad patterns only
		dirs = append(dirs, matches...)
	}
	number := func(dir string) int {
		n, _ := strconv.Atoi(digits.FindString(dir))
		return n
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	return dirs
}

// inspect asks the programs in dir which version they are. Root may ask.
func inspect(ctx context.Context, dir string) (binaries, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return binaries{}, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, err
	}
	major, err := strconv.Atoi(digits.FindString(string(out)))
	if err != nil {
		return binaries{}, fmt.Errorf("version of %s: %w", dir, err)
	}
	return binaries{dir: dir, major: major}, nil
}
