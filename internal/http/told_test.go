package server

import (
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
)

// What a page's script shows of a refusal is said in its reader's language. A
// complaint that the API's schema makes is no person's mistake, and English.
func TestEachBadInputIsRefusedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	english := d.badInputs()
	d.accepts = "de"
	d.analyst.header.Set("Accept-Language", "de")
	for name, german := range d.badInputs() {
		said := german.ask()
		p := said.problem(german.status)
		if got := said.header.Get("Content-Language"); got != "de" {
			t.Errorf("%s: the answer is in %q", name, got)
		}
		d.analyst.header.Del("Accept-Language")
		d.accepts = ""
		was := english[name].ask().problem(german.status)
		d.accepts = "de"
		d.analyst.header.Set("Accept-Language", "de")
		if p.Type != was.Type || p.Title == was.Title || p.Detail == was.Detail {
			t.Errorf("%s: %s: %q, %q", name, p.Type, p.Title, p.Detail)
		}
		for i, e := range p.Errors {
			if german.name != "invalid" && (e.Message == was.Errors[i].Message || e.Field != was.Errors[i].Field) {
				t.Errorf("%s: %s: %q", name, e.Field, e.Message)
			}
		}
	}
}

func TestEachRefusalHasItsGerman(t *testing.T) {
	t.Parallel()
	german, _ := language.Offered().Called("de")
	told := map[string]*problem{}
	for _, r := range refusals {
		told[r.name] = problemOf(r.err)
	}
	for _, err := range []error{
		annotate.Invalid{"name": "Give a name."},
		annotate.Refused{},
		annotate.Conflict{},
		annotate.BadFile{},
		annotate.ClaimChanged{},
		&http.MaxBytesError{Limit: 1 << 20},
		refusedRole{annotate.Viewer},
		refusedRole{annotate.Analyst},
		refusedRole{annotate.Reviewer},
		refusedRole{annotate.Manager},
		refusedRole{},
		store.ErrStale,
		errBadRequest,
	} {
		told[err.Error()] = problemOf(err)
	}
	for _, status := range []int{http.StatusRequestTimeout, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity} {
		told[http.StatusText(status)] = humaProblem(status, "x", []error{errBadRequest})
	}
	for name, p := range told {
		for _, words := range []string{p.Title, p.Detail} {
			if german.Say(words) == words {
				t.Errorf("%s: %q has no German", name, words)
			}
		}
	}
}

// A program that says nothing of languages gets English, whatever the user
// whose token it shows likes to read.
func TestAProgramIsAnsweredInTheLanguageItAsksFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reader := s.as(annotate.Analyst)
	reader.post("/language", "language", "de", "next", "/account").leadsTo("/account")
	ask := func(v *visitor) string {
		return v.api("POST", "/projects/harbour/entities", map[string]string{"type": "person", "name": ""}).problem(422).Detail
	}
	program := reader.withToken()
	if got := ask(program); !strings.HasPrefix(got, "Mend") {
		t.Errorf("a program is told %q", got)
	}
	program.header.Set("Accept-Language", "de")
	if got := ask(program); !strings.HasPrefix(got, "Beheben") {
		t.Errorf("a program that asks for German is told %q", got)
	}
	reader.header.Set("Accept-Language", "en")
	if got := ask(reader); !strings.HasPrefix(got, "Beheben") {
		t.Errorf("who chose German is told %q", got)
	}
}

func TestWhatIsWrongWithEachFileIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	s.accepts = "de"
	analyst, admin := s.as(annotate.Analyst), s.asAdmin()
	analyst.submit([]textFile{{"eins.txt", "\xff"}, {"zwei.txt", ""}}).is(http.StatusUnprocessableEntity).
		says("eins.txt: Das ist kein gültiges UTF-8.", "zwei.txt: Geben Sie den Text des Artikels an.", "Nichts wurde aufgenommen")

	s.newProject("copy")
	bad := strings.Replace(s.export(""), `"exact":"It holds,"`, `"exact":"It folds,"`, 1)
	kind, body := form(t, "wall.json", bad, "dry_run", "true")
	admin.send("POST", "/projects/copy/import", kind, body).is(http.StatusUnprocessableEntity).
		says("Artikel 1 ", "Annotation "+string(s.held), "fragments[0].exact: Im Text steht ")
	p := admin.api("POST", "/projects/copy/import", bad).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Message, "Zeile ") || !strings.Contains(p.Errors[0].Message, "Positionen sind Codepoints.") {
		t.Errorf("the problem is %+v", p)
	}
}
