package agreement

import (
	"math/rand/v2"
	"slices"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// Subject is what is measured: the spans of a kind, or the answers to an
// attribute's question. The zero Subject is the links: who said what.
type Subject struct {
	Kind      string
	Attribute string
}

// Measure names a coefficient.
type Measure string

// The measures. Those of spans come first, then those of answers.
const (
	MeasureUnitizing    Measure = "unitizing_alpha"    // [AlphaU]
	MeasureCharacters   Measure = "character_alpha"    // [Alpha] of [Characters]
	MeasureTokens       Measure = "token_alpha"        // [Alpha] of [Tokens]
	MeasureExact        Measure = "f1_exact"           // [F1] by [Exact]
	MeasureOverlap      Measure = "f1_overlap"         // [F1] by [Overlap] of a code point
	MeasureGamma        Measure = "gamma"              // [Gamma]
	MeasureAttributions Measure = "f1_attributions"    // [F1] of [MatchAttributions]
	MeasureCohen        Measure = "cohen_kappa"        // [Cohen]
	MeasureFleiss       Measure = "fleiss_kappa"       // [Fleiss]
	MeasureKrippendorff Measure = "krippendorff_alpha" // [Alpha]
)

// AttributionShare is how much of the longer of two claims has to be common to
// both for them to be the same at the level of attributions.
const AttributionShare = 0.3

// Finding is a score, and what it is about.
type Finding struct {
	Subject
	Measure Measure
	Score   Score
	// Units are what was compared: aligned spans, or attributions that were
	// paired. Of an attribute they are the spans that two analysts answered for.
	Units int
}

// PairReport is how far two analysts agree, by their places in the report's
// Analysts.
type PairReport struct {
	First, Second int
	Articles      int // both worked on
	Findings      []Finding
}

// Report is what a [Study] found.
type Report struct {
	// Analysts are in the order in which they were first seen.
	Analysts []annotate.ID
	// Articles are those that two analysts or more worked on.
	Articles int
	Findings []Finding
	Pairs    []PairReport
}

// Find is the finding of measure about subject.
func Find(findings []Finding, subject Subject, measure Measure) (Finding, bool) {
	i := slices.IndexFunc(findings, func(f Finding) bool { return f.Subject == subject && f.Measure == measure })
	if i < 0 {
		return Finding{}, false
	}
	return findings[i], true
}

// How often is drawn for an interval. The sum behind the unitizing alpha is
// large, and drawing from it slow.
const (
	resamples          = 1000
	unitizingResamples = 200
)

// Study measures everything about articles that are added one after the other.
// What it holds does not grow with their number, but with that of the pairs of
// analysts.
type Study struct {
	codebook   *annotate.Codebook
	random     *rand.Rand
	sampling   Sampling
	analysts   []annotate.ID
	articles   int
	all        *gauges
	pairs      map[[2]int]*gauges
	characters []Range
}

// NewStudy is a study of what the codebook has active, over about as many
// articles. Chance is asked of random alone: the same random gives the same
// report.
func NewStudy(c *annotate.Codebook, articles int, random *rand.Rand) *Study {
	s := &Study{codebook: c, random: random, sampling: samplingOver(articles), pairs: map[[2]int]*gauges{}}
	s.all = s.newGauges()
	return s
}

// samplingOver is how often chance is tried for each of as many articles: what
// it expects of all of them together is known the better the more there are.
func samplingOver(articles int) Sampling {
	s := Usual
	s.Fewest = min(s.Fewest, max(3, 300/max(1, articles)))
	s.Most = min(s.Most, max(3, 3000/max(1, articles)))
	return s
}

// gauges are the sums of what is measured about some analysts.
type gauges struct {
	articles     int
	kinds        map[string]*spanGauges
	attributes   map[string]*answerGauges
	attributions *counted[*Matches]
}

type spanGauges struct {
	unitizing      *Bootstrap[*Unitizing]
	characters     *Bootstrap[*Coincidences]
	tokens         *Bootstrap[*Coincidences]
	exact, overlap *Bootstrap[*Matches]
	disorders      *counted[*Disorders]
}

type answerGauges struct {
	pairs    *Bootstrap[*Contingency]
	complete *Bootstrap[*Coincidences]
	all      *counted[*Coincidences]
}

// counted is a sum, and of how many units.
type counted[S Sum[S]] struct {
	*Bootstrap[S]
	units int
}

func (c *counted[S]) add(article S, units int) {
	c.Add(article)
	c.units += units
}

func (s *Study) newGauges() *gauges {
	g := &gauges{
		kinds: map[string]*spanGauges{}, attributes: map[string]*answerGauges{},
		attributions: &counted[*Matches]{Bootstrap: NewBootstrap(s.random, resamples, NewMatches)},
	}
	for _, k := range s.codebook.Kinds {
		if !k.Active {
			continue
		}
		layers := []string{k.Name}
		g.kinds[k.Name] = &spanGauges{
			unitizing:  NewBootstrap(s.random, unitizingResamples, func() *Unitizing { return NewUnitizing(layers) }),
			characters: NewBootstrap(s.random, resamples, NewCoincidences),
			tokens:     NewBootstrap(s.random, resamples, NewCoincidences),
			exact:      NewBootstrap(s.random, resamples, NewMatches),
			overlap:    NewBootstrap(s.random, resamples, NewMatches),
			disorders:  &counted[*Disorders]{Bootstrap: NewBootstrap(s.random, resamples, NewDisorders)},
		}
	}
	for _, a := range Compared(s.codebook) {
		g.attributes[a.Name] = &answerGauges{
			pairs:    NewBootstrap(s.random, resamples, NewContingency),
			complete: NewBootstrap(s.random, resamples, NewCoincidences),
			all:      &counted[*Coincidences]{Bootstrap: NewBootstrap(s.random, resamples, NewCoincidences)},
		}
	}
	return g
}

// Add adds an article with its text. Work of one analyst alone says nothing of
// agreement and is passed over.
func (s *Study) Add(text string, works []annotate.Work) {
	if len(works) < 2 {
		return
	}
	s.articles++
	s.all.articles++
	a := s.article(text, works)
	for _, p := range a.pairs {
		p.gauges.articles++
	}
	for _, k := range s.codebook.Kinds {
		if k.Active {
			a.measureKind(k.Name)
		}
	}
	for _, attribute := range Compared(s.codebook) {
		a.measureAnswers(attribute)
	}
	a.measureAttributions()
}

// place is where an analyst stands among those of the study.
func (s *Study) place(analyst annotate.ID) int {
	if i := slices.Index(s.analysts, analyst); i >= 0 {
		return i
	}
	s.analysts = append(s.analysts, analyst)
	return len(s.analysts) - 1
}

// charactersOf are the code points of a text of that length.
func (s *Study) charactersOf(length int) []Range {
	if length > len(s.characters) {
		s.characters = Characters(length)
	}
	return s.characters[:length]
}

// article is one article on its way into the sums.
type article struct {
	*Study
	length int
	tokens []Range
	works  []annotate.Work
	sets   [][]annotate.Annotation
	pairs  []articlePair
	units  map[string][]Aligned // by kind
}

// articlePair is two of an article's analysts, by their places in it, the one
// that comes first in the study first.
type articlePair struct {
	first, second int
	gauges        *gauges
}

func (s *Study) article(text string, works []annotate.Work) *article {
	a := &article{Study: s, length: utf8.RuneCountInString(text), tokens: Tokens(text), works: works, units: map[string][]Aligned{}}
	places := make([]int, len(works))
	for i, w := range works {
		places[i] = s.place(w.Analyst)
		a.sets = append(a.sets, w.Annotations)
	}
	for i := range works {
		for j := range i {
			first, second := j, i
			if places[first] > places[second] {
				first, second = i, j
			}
			key := [2]int{places[first], places[second]}
			if s.pairs[key] == nil {
				s.pairs[key] = s.newGauges()
			}
			a.pairs = append(a.pairs, articlePair{first, second, s.pairs[key]})
		}
	}
	return a
}

func (a *article) measureKind(kind string) {
	all, label := a.all.kinds[kind], Only(ByKind, kind)
	u := NewUnitizing([]string{kind})
	u.Count(a.length, a.sets, label)
	all.unitizing.Add(u)
	all.characters.Add(Coding(Passages(a.charactersOf(a.length), a.sets, label, []string{kind})))
	disorders, found := CountDisorders(a.random, a.length, a.sets, label, Standard, a.sampling)
	all.disorders.add(disorders, len(found.Aligned))
	a.units[kind] = found.Aligned
	a.measureTokens(kind)
	a.measureMatches(kind, Exact, func(g *spanGauges) *Bootstrap[*Matches] { return g.exact })
	a.measureMatches(kind, Overlap(0), func(g *spanGauges) *Bootstrap[*Matches] { return g.overlap })
	for _, p := range a.pairs {
		p.gauges.kinds[kind].disorders.units += countUnits(found.Aligned, p.first, p.second)
	}
}

// countUnits is how many units one of two analysts has, or both.
func countUnits(units []Aligned, first, second int) int {
	n := 0
	for _, u := range units {
		if u.Places[first] >= 0 || u.Places[second] >= 0 {
			n++
		}
	}
	return n
}

func (a *article) measureTokens(kind string) {
	all, pairs := NewCoincidences(), make([]*Coincidences, len(a.pairs))
	for i := range pairs {
		pairs[i] = NewCoincidences()
	}
	for p := range Passages(a.tokens, a.sets, Only(ByKind, kind), []string{kind}) {
		all.Count(p.Values, float64(p.Places))
		for i, pair := range a.pairs {
			pairs[i].Count([]string{p.Values[pair.first], p.Values[pair.second]}, float64(p.Places))
		}
	}
	a.all.kinds[kind].tokens.Add(all)
	for i, pair := range a.pairs {
		pair.gauges.kinds[kind].tokens.Add(pairs[i])
	}
}

func (a *article) measureMatches(kind string, by Criterion, of func(*spanGauges) *Bootstrap[*Matches]) {
	all := NewMatches()
	for _, p := range a.pairs {
		matches := CountMatches(MatchSpans(a.sets[p.first], a.sets[p.second], Only(ByKind, kind), by))
		of(p.gauges.kinds[kind]).Add(matches)
		all.Add(matches, 1)
	}
	of(a.all.kinds[kind]).Add(all)
}

func (a *article) measureAnswers(attribute annotate.Attribute) {
	all, complete, n := NewCoincidences(), NewCoincidences(), 0
	pairs, answered := make([]*Contingency, len(a.pairs)), make([]int, len(a.pairs))
	for i := range pairs {
		pairs[i] = NewContingency()
	}
	for values := range a.answers(attribute) {
		all.Count(values, 1)
		if given(values) >= 2 {
			n++
		}
		if given(values) == len(values) {
			complete.Count(values, 1)
		}
		for i, p := range a.pairs {
			pairs[i].Count(values[p.first], values[p.second], 1)
			if values[p.first] != "" && values[p.second] != "" {
				answered[i]++
			}
		}
	}
	g := a.all.attributes[attribute.Name]
	g.all.add(all, n)
	g.complete.Add(complete)
	for i, p := range a.pairs {
		p.gauges.attributes[attribute.Name].pairs.Add(pairs[i])
		p.gauges.attributes[attribute.Name].all.units += answered[i]
	}
}

func given(values []string) int {
	n := 0
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

func (a *article) measureAttributions() {
	attributions := make([][]annotate.Attribution, len(a.works))
	for i, w := range a.works {
		attributions[i] = w.Attributions()
	}
	all, n := NewMatches(), 0
	for _, p := range a.pairs {
		pairs := MatchAttributions(attributions[p.first], attributions[p.second], AttributionShare)
		matches := CountMatches(pairs)
		p.gauges.attributions.add(matches, len(pairs))
		all.Add(matches, 1)
		n += len(pairs)
	}
	a.all.attributions.add(all, n)
}

// Report computes what has been found so far.
func (s *Study) Report() Report {
	r := Report{Analysts: slices.Clone(s.analysts), Articles: s.articles, Findings: s.findings(s.all)}
	for i := range s.analysts {
		for j := range i {
			if g := s.pairs[[2]int{j, i}]; g != nil {
				r.Pairs = append(r.Pairs, PairReport{First: j, Second: i, Articles: g.articles, Findings: s.pairFindings(g)})
			}
		}
	}
	if len(r.Pairs) == 1 {
		r.Findings = withCohen(r.Findings, r.Pairs[0].Findings)
	}
	return r
}

func (s *Study) findings(g *gauges) []Finding {
	var found []Finding
	for _, k := range s.codebook.Kinds {
		if of := g.kinds[k.Name]; of != nil {
			subject := Subject{Kind: k.Name}
			found = append(found,
				Finding{subject, MeasureUnitizing, of.unitizing.Score(func(u *Unitizing) Score { return AlphaU(u, k.Name) }), of.disorders.units},
				Finding{subject, MeasureCharacters, marked(of.characters.Score(nominal), of.disorders.units), of.disorders.units},
				Finding{subject, MeasureTokens, marked(of.tokens.Score(nominal), of.disorders.units), of.disorders.units},
				Finding{subject, MeasureExact, of.exact.Score(F1), of.disorders.units},
				Finding{subject, MeasureOverlap, of.overlap.Score(F1), of.disorders.units},
				Finding{subject, MeasureGamma, of.disorders.Score(Gamma), of.disorders.units})
		}
	}
	found = append(found, Finding{Subject{}, MeasureAttributions, g.attributions.Score(F1), g.attributions.units})
	for _, a := range Compared(s.codebook) {
		of, subject := g.attributes[a.Name], Subject{Attribute: a.Name}
		metric := metricOf(a)
		found = append(found,
			Finding{subject, MeasureFleiss, of.complete.Score(Fleiss), of.all.units},
			Finding{subject, MeasureKrippendorff, of.all.Score(func(c *Coincidences) Score { return Alpha(c, metric) }), of.all.units})
	}
	return found
}

// marked is score unless nobody marked anything: that all left everything out
// is then all there is to compare.
func marked(score Score, units int) Score {
	if units == 0 {
		return none(NothingCoded)
	}
	return score
}

func nominal(c *Coincidences) Score { return Alpha(c, Nominal) }

// pairFindings are what a matrix of pairs shows. For the rest there is a study
// of the two alone.
func (s *Study) pairFindings(g *gauges) []Finding {
	var found []Finding
	for _, k := range s.codebook.Kinds {
		if of := g.kinds[k.Name]; of != nil {
			subject := Subject{Kind: k.Name}
			found = append(found,
				Finding{subject, MeasureTokens, marked(of.tokens.Score(nominal), of.disorders.units), of.disorders.units},
				Finding{subject, MeasureExact, of.exact.Score(F1), of.disorders.units},
				Finding{subject, MeasureOverlap, of.overlap.Score(F1), of.disorders.units})
		}
	}
	found = append(found, Finding{Subject{}, MeasureAttributions, g.attributions.Score(F1), g.attributions.units})
	for _, a := range Compared(s.codebook) {
		of := g.attributes[a.Name]
		found = append(found, Finding{Subject{Attribute: a.Name}, MeasureCohen, of.pairs.Score(Cohen), of.all.units})
	}
	return found
}

// withCohen is findings with Cohen's kappas of the only two analysts, each
// before the others about its attribute.
func withCohen(findings, pair []Finding) []Finding {
	var all []Finding
	for _, f := range findings {
		if kappa, ok := Find(pair, f.Subject, MeasureCohen); ok && f.Measure == MeasureFleiss {
			all = append(all, kappa)
		}
		all = append(all, f)
	}
	return all
}
