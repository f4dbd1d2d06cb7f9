package main

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/demo"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// runDemo runs the demo command on the database at url and returns what it
// says.
func runDemo(t *testing.T, url string) string {
	t.Helper()
	env := map[string]string{"DATABASE_URL": url, "ONRECORD_ADDR": ":8090"}
	var out bytes.Buffer
	err := run(t.Context(), []string{"demo"}, func(name string) string { return env[name] }, streams{strings.NewReader(""), &out, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func openDemo(t *testing.T) (s *store.Store, p annotate.Project, url, said string) {
	t.Helper()
	url = storetest.URL(t)
	said = runDemo(t, url)
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if p, err = s.Project(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	return s, p, url, said
}

func TestTheDemonstrationIsThereToLookAt(t *testing.T) {
	t.Parallel()
	s, p, _, said := openDemo(t)
	script, err := demo.New(store.NewID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "http://localhost:8090/projects/demo\n") {
		t.Errorf("it does not say where to look:\n%s", said)
	}
	articles, err := s.Articles(t.Context(), store.Operator(p), store.ArticleFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(articles.Items), len(script.Stories); got != want {
		t.Errorf("%d articles, want %d", got, want)
	}
	if counts, err := s.CountArticles(t.Context(), store.Operator(p)); err != nil || counts.Untagged == 0 || counts.Open == 0 || counts.Disputed == 0 || counts.Done == 0 {
		t.Errorf("the articles are %+v, %v: none is untagged, open, disputed or done", counts, err)
	}
	annotations := 0
	for _, a := range articles.Items {
		annotations += a.Progress.Annotations
	}
	if annotations < 250 {
		t.Errorf("%d annotations, want some hundreds", annotations)
	}
	claims, err := s.Claims(t.Context(), store.Operator(p), store.ClaimFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range annotate.ReviewStates {
		if claims.Counts[state] == 0 {
			t.Errorf("no claim is %s", state)
		}
	}
	members, err := s.Members(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range script.People {
		if !slices.ContainsFunc(members, func(m annotate.Member) bool { return m.Email == person.Email && m.Role == person.Role }) {
			t.Errorf("%s is not the %s", person.Name, person.Role)
		}
	}
}

func TestEveryoneInTheDemonstrationCanSignIn(t *testing.T) {
	t.Parallel()
	s, _, _, said := openDemo(t)
	lines := regexp.MustCompile(`(?m)^  (\w+) +(\S+@demo\.example) +(\S+) `).FindAllStringSubmatch(said, -1)
	if len(lines) != len(annotate.Roles) {
		t.Fatalf("it names %d people, want %d:\n%s", len(lines), len(annotate.Roles), said)
	}
	for _, line := range lines {
		secret, err := s.SignIn(t.Context(), store.SignIn{Email: line[2], Password: line[3], At: time.Now()})
		if err != nil || secret == "" {
			t.Errorf("the %s: %v", line[1], err)
		}
	}
}

func TestTheDemonstrationIsMadeOnce(t *testing.T) {
	t.Parallel()
	s, p, url, _ := openDemo(t)
	before, err := s.CountArticles(t.Context(), store.Operator(p))
	if err != nil {
		t.Fatal(err)
	}
	said := runDemo(t, url)
	if !strings.Contains(said, "there already") || !strings.Contains(said, "http://localhost:8090/projects/demo\n") {
		t.Errorf("it says %q", said)
	}
	if strings.Contains(said, "password") || strings.Contains(said, "@") {
		t.Errorf("it tells how to sign in: %q", said)
	}
	after, err := s.CountArticles(t.Context(), store.Operator(p))
	if err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("%+v articles, and were %+v", after, before)
	}
}

// TestTheDemonstrationLeavesTheDoorToTheFirstAdmin: none of its people is one.
func TestTheDemonstrationLeavesTheDoorToTheFirstAdmin(t *testing.T) {
	t.Parallel()
	s, _, _, _ := openDemo(t)
	if _, err := s.SetupLink(t.Context(), time.Now()); err != nil {
		t.Errorf("no set-up link: %v", err)
	}
	admin := store.NewUser{Email: "admin@example.org", Name: "Admin", Password: "correct horse", At: time.Now()}
	if _, err := s.AddFirstAdmin(t.Context(), admin); err != nil {
		t.Errorf("no first admin: %v", err)
	}
	if _, err := s.SetupLink(t.Context(), time.Now()); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("another set-up link: %v, want ErrExists", err)
	}
}

func TestAClaimOfTheDemonstrationHasChangedSinceItWasApproved(t *testing.T) {
	t.Parallel()
	s, p, _, _ := openDemo(t)
	found := 0
	err := s.Export(t.Context(), store.Operator(p), store.ExportFilter{}, func(c annotate.Corpus) error {
		for _, err := range c.Entities { // the sequences are walked in their order
			if err != nil {
				return err
			}
		}
		for _, err := range c.People {
			if err != nil {
				return err
			}
		}
		for doc, err := range c.Articles {
			if err != nil {
				return err
			}
			for _, r := range doc.Reviews {
				i := slices.IndexFunc(doc.Annotations, func(a annotate.Annotation) bool { return a.ID == r.Claim })
				if claim := doc.Annotations[i]; r.Decision == annotate.Approve && claim.Review == annotate.Unreviewed && r.Version < claim.Version {
					found++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no claim is unreviewed with an approval of an earlier version")
	}
}

// TestTheDemonstrationCanBeExported holds its export to the schema and to
// everything an import checks.
func TestTheDemonstrationCanBeExported(t *testing.T) {
	t.Parallel()
	s, p, _, _ := openDemo(t)
	format, err := exchange.ByName("json")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	err = s.Export(t.Context(), store.Operator(p), store.ExportFilter{}, func(c annotate.Corpus) error { return format.Write(&file, c, time.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("export", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("export")
	if err != nil {
		t.Fatal(err)
	}
	exported, err := jsonschema.UnmarshalJSON(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(exported); err != nil {
		t.Errorf("the schema: %v", err)
	}

	elsewhere := storetest.New(t)
	admin, err := elsewhere.AddUser(t.Context(), store.NewUser{Email: "admin@example.org", Name: "Admin", Password: "correct horse", At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	other, err := elsewhere.AddProject(t.Context(), store.NewProject{Slug: "other", Name: "Other", Creator: admin.ID, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := format.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	done, err := elsewhere.Import(t.Context(), store.NewImport{Project: other.ID, By: admin.ID, At: time.Now()}, corpus)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	if done.Articles != 6 || done.Annotations < 250 || done.Links < 200 || done.Entities < 30 || done.People != 3 {
		t.Errorf("imported %+v", done)
	}
}
