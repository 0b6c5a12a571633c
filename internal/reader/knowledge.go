package reader

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/compare"
	"corridor/internal/unit"
)

// Who has no right to documents under review sees of the knowledge base what is accepted and stands in a published
// document, and nothing else: a subject without any such statement does not exist for them.

// Statement is one finding that speaks of a subject.
type Statement struct {
	Finding
	Part        Part
	Name        string // by which it calls the subject
	Of, OfBy    string // the time it speaks of, and who says so: fact, event, page, none
	Title       string // of the document
	Digest      string
	PublishedBy string
	Head        ArticleHead
}

// Gap is something that is missing about a subject.
type Gap string

const (
	GapPeriod   Gap = "period"   // a figure without a time
	GapDate     Gap = "date"     // an agreement without a day
	GapWaiting  Gap = "waiting"  // statements that nobody has decided
	GapRegistry Gap = "registry" // an organisation that is not linked to the registry
	GapYear     Gap = "year"     // years between two values of one line that nobody tells
	GapSource   Gap = "source"   // only one document speaks of it
)

// Missing is a gap with how often it is met, or the years that it is about.
type Missing struct {
	Gap   Gap
	Count int
	Years string
}

// Dossier is everything that documents say of a subject, by the time that it speaks of.
type Dossier struct {
	Subject
	Statements []Statement
	Twice      [][]int  // figures that are told more than once: places in Statements
	Conflicts  [][2]int // statements that cannot both be true
	Missing    []Missing
	Steps      []SubjectStep
	Registered fault.Words // what the registry calls it, empty without a link
}

// SubjectStep is what a person did to a subject.
type SubjectStep struct {
	Act    string // join, split, link, unlink
	Key    string // the name that moved, or the code
	Other  unit.ID
	By     string
	Reason string
	At     time.Time
}

// SubjectQuery says which subjects to list; the zero value is all, the most spoken of first.
type SubjectQuery struct {
	Kind   SubjectKind
	Text   string // in one of the names
	ByName bool
	Page   int // from 1
}

// Spoken is a subject that a finding of a document speaks of.
type Spoken struct {
	No      int
	Part    Part
	Name    string
	Subject Subject
}

// Subjects lists subjects, one page, counts them, and counts those of each kind.
func (k *Desk) Subjects(ctx context.Context, who access.Actor, q SubjectQuery) (all []Subject, total int, kinds map[SubjectKind]int, err error) {
	if q.Kind != "" && !slices.Contains(SubjectKinds, q.Kind) {
		return nil, 0, nil, fault.New(fault.Invalid, "reader.subject_kind", "kind", string(q.Kind)).On("kind")
	}
	if len(q.Text) > titleMax {
		return nil, 0, nil, fault.New(fault.Invalid, "reader.query_long", "most", titleMax).On("q")
	}
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if kinds, err = selectKindCounts(ctx, tx, visible(who)); err != nil {
			return err
		}
		all, total, err = selectSubjects(ctx, tx, q, visible(who))
		return err
	})
	return all, total, kinds, err
}

// Subject is what all documents say of one subject.
func (k *Desk) Subject(ctx context.Context, who access.Actor, id unit.ID) (d Dossier, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if d.Subject, err = selectSubject(ctx, tx, id); err != nil {
			return err
		}
		if d.Statements, err = selectStatements(ctx, tx, id, visible(who)); err != nil {
			return err
		}
		if len(d.Statements) == 0 && !visible(who) {
			return fault.New(fault.NotFound, "reader.subject_unknown")
		}
		if d.Names, err = selectNames(ctx, tx, id); err != nil {
			return err
		}
		if d.Steps, err = selectSubjectSteps(ctx, tx, id); err != nil {
			return err
		}
		if d.Kind == OrganisationSubject && d.Code != "" && k.c.Registry != nil {
			d.Registered, err = k.c.Registry.Called(ctx, tx, d.Code)
			if fault.KindOf(err) == fault.NotFound {
				err = nil
			}
		}
		return err
	})
	if err != nil {
		return d, err
	}
	d.weigh(visible(who))
	return d, nil
}

// Speaks lists the subjects that the findings of a document speak of.
func (k *Desk) Speaks(ctx context.Context, document unit.ID) (all []Spoken, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectSubjectsOf(ctx, tx, document)
		return err
	})
	return all, err
}

// weigh finds what is told twice, what contradicts, and what is missing.
func (d *Dossier) weigh(all bool) {
	documents := map[unit.ID]int{}
	findings := map[string]bool{}
	var facts []compare.Fact
	var at []int
	for i, s := range d.Statements {
		if _, there := documents[s.Document]; !there {
			documents[s.Document] = len(documents)
		}
		key := fmt.Sprintf("%s/%d", s.Document, s.No)
		if !findings[key] && s.Figure != nil {
			facts, at = append(facts, compare.Fact{Source: documents[s.Document], Figure: *s.Figure}), append(at, i)
		}
		findings[key] = true
	}
	d.Mentions, d.Documents = len(findings), len(documents)
	groups, conflicts := compare.Figures(facts)
	for _, g := range groups {
		var places []int
		for _, f := range g.Facts {
			places = append(places, at[f])
		}
		d.Twice = append(d.Twice, places)
	}
	for _, c := range conflicts {
		d.Conflicts = append(d.Conflicts, [2]int{at[c.A[0]], at[c.B[0]]})
	}
	d.Missing = d.missing(all)
}

// missing counts what nobody says.
func (d *Dossier) missing(all bool) (out []Missing) {
	n := map[Gap]int{}
	years := map[string]map[int]bool{} // by the thing that is counted
	seen := map[string]bool{}
	for _, s := range d.Statements {
		key := fmt.Sprintf("%s/%d", s.Document, s.No)
		if seen[key] {
			continue
		}
		seen[key] = true
		if s.State == Waiting && all {
			n[GapWaiting]++
		}
		switch {
		case s.Figure != nil && s.Figure.Period == nil:
			n[GapPeriod]++
		case s.Agreement != nil && s.Agreement.Date == nil:
			n[GapDate]++
		}
		if s.Figure != nil && s.Figure.Period != nil && len(*s.Figure.Period) == 4 {
			line := plain(s.Figure.Indicator) + "/" + plain(s.Figure.Subject) + "/" + s.Figure.Unit
			if years[line] == nil {
				years[line] = map[int]bool{}
			}
			var y int
			fmt.Sscan(*s.Figure.Period, &y)
			years[line][y] = true
		}
	}
	for _, g := range []Gap{GapWaiting, GapPeriod, GapDate} {
		if n[g] > 0 {
			out = append(out, Missing{Gap: g, Count: n[g]})
		}
	}
	if gone := between(years); len(gone) > 0 {
		out = append(out, Missing{Gap: GapYear, Count: len(gone), Years: strings.Join(gone, " ")})
	}
	if d.Documents == 1 {
		out = append(out, Missing{Gap: GapSource, Count: 1})
	}
	if d.Kind == OrganisationSubject && d.Code == "" && all {
		out = append(out, Missing{Gap: GapRegistry, Count: 1})
	}
	return out
}

// between are the years inside a line of values that have none.
func between(lines map[string]map[int]bool) (gone []string) {
	for _, years := range lines {
		first, last := 9999, 0
		for y := range years {
			first, last = min(first, y), max(last, y)
		}
		for y := first + 1; y < last; y++ {
			if s := fmt.Sprint(y); !years[y] && !slices.Contains(gone, s) {
				gone = append(gone, s)
			}
		}
	}
	slices.Sort(gone)
	return gone
}

func headOf(articles string, no int) (h ArticleHead, err error) {
	var all []ArticleHead
	if err := json.Unmarshal([]byte(articles), &all); err != nil || no >= len(all) {
		return h, err
	}
	return all[no], nil
}
