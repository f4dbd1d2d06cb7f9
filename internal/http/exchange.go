package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// showSchema serves the JSON Schema of exports.
func (*Server) showSchema(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(exchange.Schema) // fails only when the client has gone
	return nil
}

// ExportInput is what to export, and how.
type ExportInput struct {
	ProjectPath
	Format string `query:"format" enum:"json,jsonl,brat,w3c,doccano,prodigy,labelstudio,hypothesis,webanno,cas,conll,wikinews,csv,claimreview,graphml" default:"json" doc:"json is one object with everything; jsonl is its header, then one article a line. The others are of other tools and carry what those know: see doc/formats.md."`
	State  string `query:"state" enum:"unreviewed,approved,disputed,rejected,changes_requested" doc:"Only claims in this state, and what they lead to."`
	SetQuery
	Article []string `query:"article,explode" format:"uuid" doc:"Only this article; may be repeated."`
}

// apiExport streams an export. The input describes it; what was sent is read
// as on the page.
func (s *Server) apiExport(_ context.Context, _ *ExportInput) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humachi.Unwrap(c)
		s.handle(s.sendExport)(w, r)
	}}, nil
}

// sendingFile describes the answer of an export.
func sendingFile() option {
	return func(op *huma.Operation) {
		object := &huma.Schema{Type: huma.TypeObject, Description: "As the schema at /schemas/export-1.json has it."}
		lines := &huma.Schema{Type: huma.TypeString, Description: "The same in lines: the header, then one article a line."}
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/json": {Schema: object}, "application/x-ndjson": {Schema: lines},
			"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "The files of another tool."}},
		}}}
	}
}

// sendExport sends an export as a file. Once it has begun, whatever goes wrong
// cuts the connection: half an export must not look whole.
func (s *Server) sendExport(w http.ResponseWriter, r *http.Request) error {
	format, filter, err := readExport(r.URL.Query())
	if err != nil {
		return err
	}
	project := asker(r.Context()).Project
	out := &download{w: w, contentType: format.MediaType, name: fmt.Sprintf("%s-%s%s", project.Slug, s.now().UTC().Format(time.DateOnly), format.Suffix)}
	err = s.store.Export(r.Context(), asker(r.Context()), filter, func(c annotate.Corpus) error {
		if r.Method == http.MethodHead {
			out.begin()
			return nil
		}
		return format.Write(out, c, s.now())
	})
	if err == nil || !out.begun {
		return err
	}
	if out.err == nil && r.Context().Err() == nil {
		s.logFault(r.Context(), err)
	}
	panic(http.ErrAbortHandler)
}

// readExport reads what is asked for in an address.
func readExport(q url.Values) (exchange.Format, store.ExportFilter, error) {
	var f store.ExportFilter
	format, err := exchange.ByName(q.Get("format"))
	if err != nil {
		return format, f, err
	}
	f.State = annotate.ReviewState(q.Get("state"))
	if f.State != "" && !slices.Contains(annotate.ReviewStates, f.State) {
		return format, f, annotate.Invalid{"state": "Use unreviewed, approved, disputed, rejected or changes_requested."}
	}
	if f.Hand, err = (SetQuery{q.Get("set")}).hand(); err != nil {
		return format, f, err
	}
	for _, raw := range q["article"] {
		id, err := annotate.ParseID(raw)
		if err != nil {
			return format, f, err
		}
		f.Articles = append(f.Articles, id)
	}
	return format, f, nil
}

// download is a file on its way to a client, who may take as long as they
// like but for standing still.
type download struct {
	w           http.ResponseWriter
	contentType string
	name        string
	begun       bool
	err         error // of the client's connection
}

func (d *download) begin() {
	d.begun = true
	h := d.w.Header()
	h.Set("Content-Type", d.contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	h.Set("Cache-Control", "private, no-store")
	d.w.WriteHeader(http.StatusOK)
}

// stillFor is how long a client may stand still, in either direction.
const stillFor = time.Minute

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begin()
	}
	_ = http.NewResponseController(d.w).SetWriteDeadline(time.Now().Add(stillFor)) //nolint:forbidigo // a duration; where there is no deadline there is none to move
	n, err := d.w.Write(b)
	d.err = err
	return n, err
}

// What an import may weigh, on the wire and on the disk it is kept on until
// it has arrived: a transaction does not wait for a slow client.
const importLimit = 1 << 30

// ImportInput says how to read the file in the body.
type ImportInput struct {
	ProjectPath
	Format string `query:"format" enum:"json,jsonl,brat,w3c,doccano,prodigy,labelstudio,hypothesis,webanno,cas,conll,wikinews,csv,claimreview,graphml" doc:"Of the file; by default what it shows, its name or its type says."`
	DryRun bool   `query:"dry_run" doc:"Check everything, and write nothing."`

	request  *http.Request
	response http.ResponseWriter
}

// Resolve keeps the request, whose body is too large to be read by huma.
func (in *ImportInput) Resolve(c huma.Context) []error {
	in.request, in.response = humachi.Unwrap(c)
	return nil
}

// importedBody tells what an import made.
type importedBody struct {
	Articles    int  `json:"articles" doc:"New articles."`
	Annotations int  `json:"annotations" doc:"Annotations of the new articles."`
	Links       int  `json:"links" doc:"Links of the new articles."`
	Entities    int  `json:"entities" doc:"New entities."`
	People      int  `json:"people" doc:"People who were not known here. They cannot sign in."`
	Unchanged   int  `json:"unchanged" doc:"Articles that were there already, just as they are in the file."`
	DryRun      bool `json:"dry_run" doc:"Nothing was written."`

	Files     []importedFile `json:"files" doc:"Of a file of another tool, or of each in a zip: what became of it."`
	Notes     []importNote   `json:"notes" doc:"What was taken in otherwise than it stands there, and what was not taken in: the first thousand."`
	NotesMore int            `json:"notes_more" doc:"How many further notes there are."`
}

// importedFile tells what became of a file.
type importedFile struct {
	Name        string `json:"name"`
	Articles    int    `json:"articles"`
	Annotations int    `json:"annotations"`
	Links       int    `json:"links"`
	Repaired    int    `json:"repaired"`
	Refused     int    `json:"refused"`
}

// importNote tells what became of a line of a file.
type importNote struct {
	File    string `json:"file"`
	Line    int    `json:"line" doc:"From 1; 0 is the file as a whole."`
	Outcome string `json:"outcome" enum:"repaired,refused"`
	Message string `json:"message"`
}

type importOutput struct{ Body importedBody }

// describeImport describes the body of an import. Described before it is
// registered, huma would read it whole.
func (s *Server) describeImport() {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "An export, as the schema at /schemas/export-1.json has it."}
	mapping := &huma.Schema{Type: huma.TypeString, Description: "What the labels of another tool mean, as a mapping file has it."}
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": file, "mapping": mapping}, Required: []string{"file"}}
	for path, item := range s.openapi.Paths {
		if strings.HasSuffix(path, "/projects/{project}/import") {
			item.Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				"application/json": {Schema: file}, "application/x-ndjson": {Schema: file}, "application/zip": {Schema: file}, "multipart/form-data": {Schema: form},
			}}
		}
	}
}

// apiImport imports the file in the body.
func (s *Server) apiImport(ctx context.Context, in *ImportInput) (*importOutput, error) {
	up, err := s.receive(in.response, in.request)
	if err != nil {
		return nil, err
	}
	defer up.discard()
	if in.Format != "" {
		up.fields["format"] = in.Format
	}
	done, report, err := s.importFile(ctx, up, in.DryRun)
	if err != nil {
		return nil, err
	}
	body := importedBody{
		Articles: done.Articles, Annotations: done.Annotations, Links: done.Links, Entities: done.Entities, People: done.People,
		Unchanged: done.Unchanged, DryRun: in.DryRun, Files: []importedFile{}, Notes: []importNote{}, NotesMore: report.More,
	}
	for _, f := range report.Files {
		body.Files = append(body.Files, importedFile(f))
	}
	l := s.language(in.request)
	for _, n := range report.Notes {
		body.Notes = append(body.Notes, importNote{n.File, n.Line, string(n.Outcome), l.Say(n.Message)})
	}
	return &importOutput{body}, nil
}

// importFile imports what was sent, or only finds out what that would do.
func (s *Server) importFile(ctx context.Context, up *upload, dryRun bool) (store.Imported, *exchange.Report, error) {
	files, err := exchange.NewFiles(up.name, up.file, up.size)
	if err != nil {
		return store.Imported{}, nil, err
	}
	format, err := up.format(files)
	if err != nil {
		return store.Imported{}, nil, err
	}
	a := asker(ctx)
	codebook, err := s.store.Codebook(ctx, a.Project.ID, a.Project.Codebook)
	if err != nil {
		return store.Imported{}, nil, err
	}
	c, report, err := format.Import(exchange.Input{Files: files, Codebook: codebook, By: a.User, At: s.now()})
	if err != nil {
		return store.Imported{}, nil, err
	}
	done, err := s.store.Import(ctx, store.NewImport{
		Project: a.Project.ID, By: a.User.ID, At: s.now(), DryRun: dryRun,
	}, c)
	return done, report, err
}

// upload is a file that a client has sent, with the fields of the form it
// came in.
type upload struct {
	file        *os.File
	size        int64
	name        string
	contentType string
	fields      map[string]string
}

// receive keeps the body, or the field file of the form in it, in a temporary
// file that is gone with this process at the latest.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) (*upload, error) {
	if err := keepOpen(w); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	body := &arriving{r: r.Body, c: http.NewResponseController(w)}
	up := &upload{fields: map[string]string{}}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		up.contentType = kind
		err = up.keep(body)
	} else {
		err = up.keepForm(multipart.NewReader(body, parameters["boundary"]))
	}
	if err != nil {
		up.discard()
		return nil, err
	}
	return up, nil
}

// arriving is a body whose sender may take as long as they like but for
// standing still.
type arriving struct {
	r io.Reader
	c *http.ResponseController
}

func (a *arriving) Read(b []byte) (int, error) {
	_ = a.c.SetReadDeadline(time.Now().Add(stillFor)) //nolint:forbidigo // a duration; where there is no deadline there is none to move
	return a.r.Read(b)
}

// maxField is the most bytes of a field beside the file: a mapping is the
// largest.
const maxField = 256 << 10

// maxParts is the most fields a form may have: the page's has four.
const maxParts = 32

func (u *upload) keepForm(form *multipart.Reader) error {
	for range maxParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			if u.file == nil {
				return annotate.Invalid{"file": "Choose a file."}
			}
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FormName() == "file" && u.file == nil {
			u.name, u.contentType = part.FileName(), part.Header.Get("Content-Type")
			if err := u.keep(part); err != nil {
				return err
			}
			continue
		}
		if !slices.Contains([]string{"format", "mapping", "dry_run"}, part.FormName()) {
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField))
		if err != nil {
			return unreadable(err)
		}
		u.fields[part.FormName()] = string(value)
	}
	return fmt.Errorf("%w: the form has too many fields", errBadRequest)
}

func (u *upload) keep(r io.Reader) error {
	file, err := os.CreateTemp("", "onrecord-import-")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	u.file = file
	// Without a name it cannot be left behind, whatever happens. Where an open
	// file must have one, discard removes it.
	_ = os.Remove(file.Name())
	if u.size, err = io.Copy(file, r); err != nil {
		return unreadable(err)
	} else if u.size == 0 {
		return annotate.Invalid{"file": "The file is empty. Choose another."}
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// unreadable makes a body that broke off or makes no sense the client's
// mistake, but for one that is too large or a disk that is full.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if _, disk := errors.AsType[*os.PathError](err); disk {
		return fmt.Errorf("keep what was sent: %w", err)
	}
	return fmt.Errorf("%w: %w", errBadRequest, err)
}

func (u *upload) discard() {
	if u.file != nil {
		_ = u.file.Close()
		_ = os.Remove(u.file.Name()) // fails where it has no name any more
	}
}

// format is the format of the files, by what was said, by what they show, by
// their name, by their type, in the words of the mapping that came along.
func (u *upload) format(files *exchange.Files) (exchange.Format, error) {
	format, err := u.formatAlone(files)
	if mapping := u.fields["mapping"]; err == nil && mapping != "" {
		m, err := exchange.ReadMapping([]byte(mapping))
		return format.With(m), err
	}
	return format, err
}

func (u *upload) formatAlone(files *exchange.Files) (exchange.Format, error) {
	if given := u.fields["format"]; given != "" {
		return exchange.ByName(given)
	}
	format, err := exchange.Detect(files)
	if err == nil || u.name != "" {
		return format, err
	}
	kind, _, _ := mime.ParseMediaType(u.contentType) // nonsense is no format
	for _, f := range exchange.Formats {
		if kind == f.MediaType {
			return f, nil
		}
	}
	return exchange.ByName("")
}

// exportArticles is how many articles the page of exports lists to choose from.
const exportArticles = 200

func (s *Server) showExport(w http.ResponseWriter, r *http.Request) error {
	return s.exportPage(w, r, http.StatusOK, nil)
}

func (s *Server) exportPage(w http.ResponseWriter, r *http.Request, status int, report *page.ImportReport) error {
	project := asker(r.Context()).Project
	articles, err := s.store.Articles(r.Context(), asker(r.Context()), store.ArticleFilter{Limit: exportArticles})
	if err != nil {
		return err
	}
	v := page.ExportView{
		More: articles.Next != "", Address: s.absolute(r, "/api/v1/projects/"+project.Slug+"/export"), Example: string(exchange.Example), Import: report,
	}
	for _, f := range exchange.Formats {
		v.Formats = append(v.Formats, page.FileFormat{Name: f.Name, Title: f.Title, Ours: f.Ours(), Reads: f.Reads()})
	}
	for _, a := range articles.Items {
		v.Articles = append(v.Articles, a.Article)
	}
	f := s.frame(w, r, s.language(r).T("Export"))
	f.Active = page.NavExport
	if project.Mode == annotate.ModeIndependent {
		members, err := s.store.Members(r.Context(), project.ID)
		if err != nil {
			return err
		}
		v.Sets = page.ExportSets(f, members)
	}
	return s.render(w, r, status, page.Export(f, v))
}

// importArticles checks a file from the page, and imports it if it was told
// to in so many words.
func (s *Server) importArticles(w http.ResponseWriter, r *http.Request) error {
	up, err := s.receive(w, r)
	if err != nil {
		return s.importRefused(w, r, "", err)
	}
	defer up.discard()
	dryRun := up.fields["dry_run"] != "false"
	done, told, err := s.importFile(r.Context(), up, dryRun)
	if err != nil {
		return s.importRefused(w, r, up.name, err)
	}
	report := &page.ImportReport{
		File: up.name, Articles: done.Articles, Annotations: done.Annotations, Links: done.Links, Entities: done.Entities, People: done.People,
		Unchanged: done.Unchanged, MoreNotes: told.More,
	}
	for _, f := range told.Files {
		report.Files = append(report.Files, page.ImportedFile(f))
	}
	for _, n := range told.Notes {
		report.Notes = append(report.Notes, page.ImportNote{File: n.File, Line: n.Line, Refused: n.Outcome == exchange.Refused, Message: n.Message})
	}
	if dryRun {
		return s.exportPage(w, r, http.StatusOK, report)
	}
	return s.redirect(w, r, page.ArticlesURL(asker(r.Context()).Project.Slug), page.ImportedFlash(s.language(r), report))
}

// importRefused shows on the page what is the matter with the file.
func (s *Server) importRefused(w http.ResponseWriter, r *http.Request, name string, err error) error {
	report, l := &page.ImportReport{File: name}, s.language(r)
	if bad, ok := errors.AsType[annotate.BadFile](err); ok {
		for _, b := range bad {
			report.Complaints = append(report.Complaints, page.BadRecord(l, b))
		}
		return s.exportPage(w, r, http.StatusUnprocessableEntity, report)
	}
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		for _, field := range slices.Sorted(maps.Keys(bad)) {
			report.Complaints = append(report.Complaints, l.Say(bad[field]))
		}
		return s.exportPage(w, r, http.StatusUnprocessableEntity, report)
	}
	return err
}
