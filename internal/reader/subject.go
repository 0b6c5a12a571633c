package reader

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"corridor/internal/db"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

// SubjectKind is what a subject is.
type SubjectKind string

const (
	OrganisationSubject SubjectKind = "organisation"
	PolicySubject       SubjectKind = "policy"
	ProgrammeSubject    SubjectKind = "programme"
	PlaceSubject        SubjectKind = "place"
	IndicatorSubject    SubjectKind = "indicator"
)

// SubjectKinds lists them in the order in which pages show them. People are no subjects: nobody's dealings are gathered
// over documents.
var SubjectKinds = []SubjectKind{OrganisationSubject, PolicySubject, ProgrammeSubject, PlaceSubject, IndicatorSubject}

// Subject is one thing that documents speak of.
type Subject struct {
	ID        unit.ID
	Kind      SubjectKind
	Name      string
	Code      string // of the registry, or GB/T 2260 for a place; "" while nobody linked it
	Names     []SubjectName
	Mentions  int // findings that speak of it, as far as the one who asks may see them
	Documents int
}

// SubjectName is a name that leads to a subject.
type SubjectName struct {
	Key, Name string
	By        string // who said so; "" for the document that was read
	Reason    string
	At        time.Time
}

// Part is as what a finding speaks of a subject.
type Part string

const (
	Self   Part = "self"   // the finding is its name, or an indicator's value
	Party  Part = "party"  // of an agreement
	Whose  Part = "whose"  // of a figure: the indicator of what
	Issuer Part = "issuer" // of a policy
)

// mention is a name in a finding.
type mention struct {
	kind   SubjectKind
	key    string
	name   string
	code   string
	others []string // names that lead to the same subject
	no     int
	part   Part
	of     string // the time it speaks of
	by     string // fact, event, page or none
}

const (
	keyMax   = 120 // runes of a name that is compared
	aliasMin = 4   // runes from which on another name of a text leads to a subject in all texts; shorter ones are common nouns
)

// plain is a text as it is compared: full-width forms narrowed, lower case, letters and digits only.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0xFF01 && c <= 0xFF5E {
			c -= 0xFEE0
		}
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, s)
}

// Key is the compared form of a name, by which Split knows it.
func Key(name string) string { return keyOf(name) }

func keyOf(name string) string {
	k := []rune(plain(name))
	return string(k[:min(len(k), keyMax)])
}

//go:embed subjects.txt
var subjectsFile string

// subjectEnds are the endings of names by kind, from subjects.txt.
var subjectEnds = func() map[SubjectKind][]string {
	m := map[SubjectKind][]string{}
	for _, line := range strings.Split(subjectsFile, "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] != "#" {
			for _, w := range f[1:] {
				m[SubjectKind(f[0])] = append(m[SubjectKind(f[0])], plain(w))
			}
		}
	}
	return m
}()

func ends(kind SubjectKind, key string) bool {
	return slices.ContainsFunc(subjectEnds[kind], func(e string) bool { return strings.HasSuffix(key, e) && len([]rune(key)) > len([]rune(e))+1 })
}

// local is what a document itself says of its names: kinds by key, and the full name of each short form.
type local struct {
	kinds map[string]SubjectKind
	full  map[string]string
}

func localOf(finds []Finding) local {
	l := local{map[string]SubjectKind{}, map[string]string{}}
	for _, f := range finds {
		kind := map[Kind]SubjectKind{Organisation: OrganisationSubject, Place: PlaceSubject}[f.Kind]
		if kind == "" || f.State == Rejected {
			continue
		}
		l.kinds[keyOf(f.Name)] = kind
		for _, o := range f.Others {
			if _, taken := l.full[keyOf(o)]; !taken && keyOf(o) != keyOf(f.Name) {
				l.kinds[keyOf(o)], l.full[keyOf(o)] = kind, f.Name
			}
		}
	}
	return l
}

// subject is the kind of a name that stands in a figure or an agreement, "" where it is none that has a page.
func (l local) subject(name string) (SubjectKind, string) {
	key := keyOf(name)
	if full, ok := l.full[key]; ok {
		name = full
	}
	switch kind := l.kinds[key]; {
	case key == "" || len([]rune(key)) > keyMax/2:
		return "", ""
	case kind != "":
		return kind, name
	case ends(ProgrammeSubject, key):
		return ProgrammeSubject, name
	case ends(OrganisationSubject, key):
		return OrganisationSubject, name
	}
	return "", ""
}

// mentions are the names of one finding. When it speaks of is its own time, else that of the event, else of the page.
func (l local) mentions(d Document, f Finding) []mention {
	var out []mention
	add := func(kind SubjectKind, name string, part Part, m mention) {
		if m.key = keyOf(name); kind != "" && len([]rune(m.key)) > 1 {
			m.kind, m.name, m.part, m.no = kind, strings.TrimSpace(name), part, f.No
			out = append(out, m)
		}
	}
	at := func(own *string) mention {
		var a ArticleHead
		if f.Article < len(d.Articles) {
			a = d.Articles[f.Article]
		}
		switch {
		case own != nil && *own != "":
			return mention{of: *own, by: "fact"}
		case len(a.EventDate) >= len("2006"):
			return mention{of: a.EventDate, by: "event"}
		case a.Date != "":
			return mention{of: a.Date, by: "page"}
		}
		return mention{by: "none"}
	}
	switch f.Kind {
	case Organisation, Place:
		m := at(nil)
		m.code, m.others = f.Code, f.Others
		add(l.kinds[keyOf(f.Name)], f.Name, Self, m)
	case Policy:
		m := at(&f.Date)
		m.others = f.Others
		add(PolicySubject, f.Name, Self, m)
		if kind, name := l.subject(f.Issuer); kind == OrganisationSubject {
			add(kind, name, Issuer, at(&f.Date))
		}
	case Agreement:
		for _, p := range f.Agreement.Parties {
			kind, name := l.subject(p)
			add(kind, name, Party, at(f.Agreement.Date))
		}
	case Figure:
		m := at(f.Figure.Period)
		if f.Figure.Period == nil {
			m.of, m.by = "", "none" // the page's date is no period of its figures
		}
		add(IndicatorSubject, f.Figure.Indicator, Self, m)
		kind, name := l.subject(f.Figure.Subject)
		add(kind, name, Whose, m)
	}
	return out
}

// ArticleHead is what is kept of an article of a document besides what it says.
type ArticleHead struct {
	Title     string `json:"title"`
	Publisher string `json:"publisher,omitempty"`
	Date      string `json:"date,omitempty"`
	EventDate string `json:"event_date,omitempty"`
	Kind      string `json:"kind,omitempty"`
}

func heads(d *extract.Document) []ArticleHead {
	out := make([]ArticleHead, len(d.Articles))
	for i, a := range d.Articles {
		out[i] = ArticleHead{a.Title, text(a.Publisher), text(a.Date), text(a.EventDate), a.Kind}
	}
	return out
}

// mentionAll writes down of what the findings of a document speak. Done again it changes nothing.
func (k *Desk) mentionAll(ctx context.Context, tx *db.Tx, d Document, finds []Finding) error {
	return k.counted(ctx, tx, d.ID, func() error {
		l := localOf(finds)
		for _, f := range finds {
			if err := k.mention(ctx, tx, l.mentions(d, f), d.ID); err != nil {
				return fmt.Errorf("mentions of finding %d of %s: %w", f.No, d.ID, err)
			}
		}
		return nil
	})
}

// mentionAgain does so for one finding whose content changed, inside of counted.
func (k *Desk) mentionAgain(ctx context.Context, tx *db.Tx, d Document, f Finding) error {
	finds, err := selectFindings(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	for i := range finds {
		if finds[i].No == f.No {
			finds[i] = f
		}
	}
	if err := deleteMentions(ctx, tx, d.ID, f.No); err != nil {
		return fmt.Errorf("mentions of finding %d of %s: %w", f.No, d.ID, err)
	}
	return k.mention(ctx, tx, localOf(finds).mentions(d, f), d.ID)
}

func (k *Desk) mention(ctx context.Context, tx *db.Tx, all []mention, document unit.ID) error {
	for _, m := range all {
		if err := k.name(ctx, tx, m); err != nil {
			return err
		}
		if err := insertMention(ctx, tx, document, m); err != nil {
			return err
		}
	}
	return nil
}

// name makes sure that a name leads to a subject, and the other names of the text with it where they are long enough to
// mean the same everywhere. A name that leads somewhere stays as it is.
func (k *Desk) name(ctx context.Context, tx *db.Tx, m mention) error {
	id, err := selectSubjectByKey(ctx, tx, m.kind, m.key)
	if err != nil {
		return err
	}
	if id == "" && m.kind == PlaceSubject && m.code != "" {
		if id, err = selectSubjectByCode(ctx, tx, m.kind, m.code); err != nil {
			return err
		}
		if id != "" {
			if err := insertName(ctx, tx, m.kind, SubjectName{Key: m.key, Name: m.name, At: tx.Now()}, id); err != nil {
				return err
			}
		}
	}
	for _, o := range m.others {
		if id != "" || len([]rune(keyOf(o))) < aliasMin {
			continue
		}
		if id, err = selectSubjectByKey(ctx, tx, m.kind, keyOf(o)); err != nil {
			return err
		}
		if id != "" {
			if err := insertName(ctx, tx, m.kind, SubjectName{Key: m.key, Name: m.name, At: tx.Now()}, id); err != nil {
				return err
			}
		}
	}
	if id == "" {
		id = unit.NewID(tx.Now())
		if err := insertSubject(ctx, tx, Subject{ID: id, Kind: m.kind, Name: m.name, Code: m.code}); err != nil {
			return err
		}
		if err := insertName(ctx, tx, m.kind, SubjectName{Key: m.key, Name: m.name, At: tx.Now()}, id); err != nil {
			return err
		}
	}
	for _, o := range m.others {
		if key := keyOf(o); len([]rune(key)) >= aliasMin && key != m.key {
			if err := insertName(ctx, tx, m.kind, SubjectName{Key: key, Name: o, At: tx.Now()}, id); err != nil {
				return err
			}
		}
	}
	return nil
}
