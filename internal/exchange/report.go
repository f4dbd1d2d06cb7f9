package exchange

// Report tells what an import of files of another tool makes, file by file.
type Report struct {
	Files []FileReport
	// Notes are the first of them in the order of the files.
	Notes []Note
	// More counts those beyond maxNotes.
	More int
}

// FileReport is what became of one file.
type FileReport struct {
	Name        string
	Articles    int
	Annotations int
	Links       int
	// Repaired counts what was taken in otherwise than it stands in the file,
	// and Refused what was not taken in.
	Repaired int
	Refused  int
}

// Outcome says what became of something in a file.
type Outcome string

// The outcomes there is something to tell about.
const (
	Repaired Outcome = "repaired"
	Refused  Outcome = "refused"
)

// Note tells what became of a line of a file, and why.
type Note struct {
	File    string
	Line    int // from 1; 0 is the file as a whole
	Outcome Outcome
	Message string
}

// maxNotes bounds how much there is to read. Everything is counted.
const maxNotes = 1000

// file begins the report of a file.
func (r *Report) file(name string) { r.Files = append(r.Files, FileReport{Name: name}) }

// current is the file that is being read.
func (r *Report) current() *FileReport { return &r.Files[len(r.Files)-1] }

// note tells of a line of the file that is being read.
func (r *Report) note(line int, outcome Outcome, message string) {
	file := r.current()
	if outcome == Refused {
		file.Refused++
	} else {
		file.Repaired++
	}
	if len(r.Notes) == maxNotes {
		r.More++
		return
	}
	r.Notes = append(r.Notes, Note{file.Name, line, outcome, message})
}

// Total adds the files up.
func (r *Report) Total() FileReport {
	var t FileReport
	for _, f := range r.Files {
		t.Articles += f.Articles
		t.Annotations += f.Annotations
		t.Links += f.Links
		t.Repaired += f.Repaired
		t.Refused += f.Refused
	}
	return t
}
