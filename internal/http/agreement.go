package server

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// How long a page waits for agreement to be computed before it says how far
// that is, and how long a program does before it is told to ask again.
const (
	pagePatience = 2 * time.Second
	apiPatience  = 25 * time.Second
)

// workFilter is whose work is compared: two analysts', or that of all.
func workFilter(analysts []annotate.ID) store.WorkFilter {
	var f store.WorkFilter
	if len(analysts) == 2 && analysts[0] != analysts[1] {
		f.Analysts = slices.Sorted(slices.Values(analysts))
	}
	return f
}

// agreementQuery reads what an address asks for. What it does not know it
// passes over.
func agreementQuery(values url.Values) page.AgreementQuery {
	q := page.AgreementQuery{
		Subject: agreement.Subject{Kind: values.Get("kind"), Attribute: values.Get("attribute")},
		Measure: agreement.Measure(values.Get("measure")),
		After:   lower(values.Get("after")),
	}
	for _, raw := range values["analyst"] {
		if id := lower(raw); id != "" {
			q.Analysts = append(q.Analysts, id)
		}
	}
	if only := values.Get("only"); only == page.OnlyAlike || only == page.OnlyDiffer {
		q.Only = only
	}
	return q
}

// agreementView computes, or has computed, what q asks for.
func (s *Server) agreementView(ctx context.Context, q page.AgreementQuery) (page.AgreementView, error) {
	project := asker(ctx).Project
	f := workFilter(q.Analysts)
	q.Analysts = f.Analysts
	v := page.AgreementView{Query: q, Independent: project.Mode == annotate.ModeIndependent}
	st, err := s.study(ctx, f, pagePatience)
	if err != nil {
		return v, err
	}
	v.Articles, v.Read = st.stamp.Articles, int(st.read.Load())
	if st.finished() {
		v.Report, v.Took = &st.report, st.took
	}
	if v.Analysts, err = s.store.Finishers(ctx, asker(ctx), f); err != nil {
		return v, err
	}
	v.Codebook, err = s.store.Codebook(ctx, project.ID, st.stamp.Codebook)
	return v, err
}

// showAgreement is how far analysts agree.
func (s *Server) showAgreement(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	q := agreementQuery(values)
	q.Subject, q.Measure = page.ParseFinding(values.Get("show"))
	v, err := s.agreementView(r.Context(), q)
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Agreement"))
	f.Active = page.NavAgreement
	return s.render(w, r, http.StatusOK, page.Agreement(f, v))
}

// A page of cases ends with the article that makes it this long, and after so
// many articles were looked through.
const (
	casesOnPage    = 40
	articlesLooked = 200
)

// showAgreementCases shows the sentences behind a number.
func (s *Server) showAgreementCases(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	base, err := s.agreementView(r.Context(), agreementQuery(values))
	if err != nil {
		return err
	}
	v := page.CasesView{AgreementView: base}
	if v.Report == nil {
		return s.redirect(w, r, page.AgreementQueryURL(asker(r.Context()).Project.Slug, page.AgreementQuery{Analysts: v.Query.Analysts}), "")
	}
	found, ok := agreement.Find(v.Report.Findings, v.Query.Subject, v.Query.Measure)
	if !ok {
		return annotate.ErrNotFound
	}
	v.Score = found.Score
	if err := s.readCases(r.Context(), &v); err != nil {
		return err
	}
	l := s.language(r)
	f := s.frame(w, r, l.T("Agreement: the sentences"))
	f.Active = page.NavAgreement
	return s.render(w, r, http.StatusOK, page.AgreementCases(f, v))
}

// readCases reads a page of cases into v.
func (s *Server) readCases(ctx context.Context, v *page.CasesView) error {
	project := asker(ctx).Project
	f := workFilter(v.Query.Analysts)
	f.After = v.Query.After
	looked, shown := 0, 0
	err := s.store.Compare(ctx, asker(ctx), f, func(a annotate.WorkedArticle) bool {
		if looked >= articlesLooked || shown >= casesOnPage {
			v.Next = page.AgreementCasesURL(project.Slug, v.Query)
			return false
		}
		looked++
		v.Query.After = a.Article.ID
		cases := slices.DeleteFunc(agreement.Cases(v.Codebook, v.Query.Subject, a.Revision.Text, a.Works), func(c agreement.Case) bool { return !v.Query.Shows(c) })
		if len(cases) > 0 {
			v.Articles = append(v.Articles, page.CaseArticle{WorkedArticle: a, Text: annotate.NewText(a.Revision.Text), Cases: cases})
			shown += len(cases)
		}
		return true
	})
	if err != nil {
		return err
	}
	for i := range v.Articles {
		if v.Articles[i].Entities, err = s.entitiesOf(ctx, v.Articles[i].Works); err != nil {
			return err
		}
	}
	return nil
}

// entitiesOf are the entities that works name.
func (s *Server) entitiesOf(ctx context.Context, works []annotate.Work) (map[annotate.ID]annotate.Entity, error) {
	names, err := s.store.NamesIn(ctx, asker(ctx).Project.ID, annotationsOf(works))
	entities, _ := byID(names)
	return entities, err
}

// annotationsOf has the annotations of all works, as names are read from.
func annotationsOf(works []annotate.Work) (doc annotate.AnnotatedArticle) {
	for _, w := range works {
		doc.Annotations = append(doc.Annotations, w.Annotations...)
	}
	return doc
}

// agreementBody is a report in JSON.
type agreementBody struct {
	Articles int             `json:"articles" doc:"How many two analysts or more have finished. As an analyst one is told of those one has finished oneself."`
	Analysts []personRecord  `json:"analysts" nullable:"false"`
	Seconds  float64         `json:"seconds" doc:"How long it took to compute."`
	Findings []findingRecord `json:"findings" nullable:"false" doc:"Over all analysts."`
	Pairs    []pairRecord    `json:"pairs" nullable:"false" doc:"Two analysts each. Ask about the two alone for all measures."`
}

type pairRecord struct {
	First    annotate.ID     `json:"first"`
	Second   annotate.ID     `json:"second"`
	Articles int             `json:"articles" doc:"How many both have finished."`
	Findings []findingRecord `json:"findings" nullable:"false"`
}

type findingRecord struct {
	Kind           string           `json:"kind,omitempty" doc:"The kind whose spans are compared."`
	Attribute      string           `json:"attribute,omitempty" doc:"The attribute whose answers are compared. With neither, it is who said what."`
	Measure        string           `json:"measure" enum:"unitizing_alpha,character_alpha,token_alpha,f1_exact,f1_overlap,gamma,f1_attributions,cohen_kappa,fleiss_kappa,krippendorff_alpha"`
	Units          int              `json:"units" doc:"How many places were compared."`
	Value          *float64         `json:"value" doc:"Null where it cannot be computed."`
	Reason         agreement.Reason `json:"reason,omitempty" doc:"Why there is no value."`
	Observed       *float64         `json:"observed,omitempty" doc:"Agreement for the kappas, disagreement for the alphas and gamma."`
	Expected       *float64         `json:"expected,omitempty" doc:"The same by chance."`
	Interval       *intervalRecord  `json:"interval" doc:"A percentile bootstrap interval of 95 %, drawn from articles; null where there is none."`
	IntervalReason agreement.Reason `json:"interval_reason,omitempty" doc:"Why there is no interval."`
}

type intervalRecord struct {
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Resamples int     `json:"resamples"`
}

func recordOfFinding(f agreement.Finding) findingRecord {
	r := findingRecord{Kind: f.Kind, Attribute: f.Attribute, Measure: string(f.Measure), Units: f.Units, Reason: f.Score.Reason}
	if f.Score.Computable() {
		r.Value = &f.Score.Value
		if f.Score.Expected != 0 {
			r.Observed, r.Expected = &f.Score.Observed, &f.Score.Expected
		}
	}
	if i := f.Score.Interval; i.Reason == "" {
		r.Interval = &intervalRecord{i.Low, i.High, i.Resamples}
	} else if f.Score.Computable() {
		r.IntervalReason = i.Reason
	}
	return r
}

func recordsOfFindings(findings []agreement.Finding) []findingRecord {
	records := make([]findingRecord, len(findings))
	for i, f := range findings {
		records[i] = recordOfFinding(f)
	}
	return records
}

type agreementInput struct {
	ProjectPath
	Analyst []string `query:"analyst,explode" format:"uuid" maxItems:"2" doc:"Only this analyst and another: give two."`
}

type agreementOutput struct{ Body agreementBody }

// apiShowAgreement computes how far analysts agree. What takes longer than a
// request may is answered with 503 until it is done.
func (s *Server) apiShowAgreement(ctx context.Context, in *agreementInput) (*agreementOutput, error) {
	var analysts []annotate.ID
	for _, raw := range in.Analyst {
		analysts = append(analysts, lower(raw))
	}
	if len(analysts) == 1 {
		return nil, annotate.Invalid{"analyst": "Give two analysts, or none."}
	}
	body, err := s.agreementBody(ctx, workFilter(analysts))
	return &agreementOutput{body}, err
}

func (s *Server) agreementBody(ctx context.Context, f store.WorkFilter) (agreementBody, error) {
	body := agreementBody{Analysts: []personRecord{}, Findings: []findingRecord{}, Pairs: []pairRecord{}}
	st, err := s.study(ctx, f, apiPatience)
	if err != nil {
		return body, err
	}
	if !st.finished() {
		return body, errUnderWay
	}
	people, err := s.store.Finishers(ctx, asker(ctx), f)
	if err != nil {
		return body, err
	}
	for _, p := range people {
		body.Analysts = append(body.Analysts, personRecord{ID: p.ID, Name: p.Name})
	}
	body.Articles, body.Seconds, body.Findings = st.report.Articles, st.took.Seconds(), recordsOfFindings(st.report.Findings)
	for _, p := range st.report.Pairs {
		body.Pairs = append(body.Pairs, pairRecord{st.report.Analysts[p.First], st.report.Analysts[p.Second], p.Articles, recordsOfFindings(p.Findings)})
	}
	return body, nil
}

// sendAgreement sends the numbers as a file.
func (s *Server) sendAgreement(w http.ResponseWriter, r *http.Request) error {
	format := r.URL.Query().Get("format")
	if format != "csv" && format != "json" {
		return annotate.Invalid{"format": "Use csv or json."}
	}
	body, err := s.agreementBody(r.Context(), workFilter(agreementQuery(r.URL.Query()).Analysts))
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-agreement-%s.%s", asker(r.Context()).Project.Slug, s.now().UTC().Format(time.DateOnly), format)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Cache-Control", "private, no-store")
	if format == "json" {
		w.Header().Set("Content-Type", "application/json")
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(body) // fails only when the client has gone
		return nil
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_ = csv.NewWriter(w).WriteAll(body.rows()) // as above
	return nil
}

// rows are a report as a table: all analysts first, then two each.
func (b agreementBody) rows() [][]string {
	names := map[annotate.ID]string{}
	for _, p := range b.Analysts {
		names[p.ID] = p.Name
	}
	rows := [][]string{{"first", "second", "kind", "attribute", "measure", "articles", "units", "value", "reason", "low", "high", "resamples", "interval_reason"}}
	for _, f := range b.Findings {
		rows = append(rows, f.row("", "", b.Articles))
	}
	for _, p := range b.Pairs {
		for _, f := range p.Findings {
			rows = append(rows, f.row(names[p.First], names[p.Second], p.Articles))
		}
	}
	return rows
}

func (f findingRecord) row(first, second string, articles int) []string {
	row := []string{first, second, f.Kind, f.Attribute, f.Measure, strconv.Itoa(articles), strconv.Itoa(f.Units), "", string(f.Reason), "", "", "", string(f.IntervalReason)}
	if f.Value != nil {
		row[7] = decimal(*f.Value)
	}
	if f.Interval != nil {
		row[9], row[10], row[11] = decimal(f.Interval.Low), decimal(f.Interval.High), strconv.Itoa(f.Interval.Resamples)
	}
	return row
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
